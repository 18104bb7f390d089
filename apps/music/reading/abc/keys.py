"""Keys, and the clefs and shifts that stand beside them: what is in the fields K and V."""

import re
from typing import NamedTuple

ACCIDENTALS = {"^^": 2, "^": 1, "=": 0, "_": -1, "__": -2}

_FIFTHS = "FCGDAEB"  # in the order in which keys make them sharp
_MODES = {
    "": 0, "maj": 0, "ion": 0, "mix": -1, "dor": -2, "m": -3, "min": -3, "aeo": -3, "phr": -4,
    "loc": -5, "lyd": 1,
}  # fmt: skip
# A mode may be followed by = for a natural: in K:D maj=c that is no parameter.
_PARAMETER = re.compile(
    r'(?<!\S)(?!(?:maj|min|mix|dor|phr|loc|lyd|aeo|ion)\w*=[A-G])[a-z:]+=(?:"[^"]*"|\S*)'
)
_CLEF = re.compile(
    r"""(?<!\S)(?:(clef=)"?|(?!none))
    (?:treble|alto|tenor|bass|baritone|soprano|mezzosoprano|perc|none)\d?([+-](?:8|15))?"?(?!\S)""",
    re.VERBOSE | re.I,
)
_OCTAVES = {None: 0, "+8": 1, "-8": -1, "+15": 2, "-15": -2}


class Shift(NamedTuple):
    """By how much notes sound above what their letters say."""

    clef: int = 0  # octaves
    octaves: int = 0
    semitones: int = 0

    @property
    def total(self) -> int:
        """Semitones."""
        return 12 * (self.clef + self.octaves) + self.semitones


def shift_of(text: str, before: Shift) -> Shift:
    """The shift after a field such as `Am clef=treble-8 octave=1 transpose=-2`.

    What it does not name stays as it was. `middle` says where notes are drawn, and moves none.
    """
    text = re.sub(r'(?<!clef=)"[^"]*"', "", text)
    if clef := _CLEF.search(text):
        before = before._replace(clef=_OCTAVES[clef[2]])
    if octaves := re.search(r"(?<!\S)octave=([+-]?\d{1,2})(?!\S)", text):
        before = before._replace(octaves=int(octaves[1]))
    if semitones := re.search(r"(?<!\S)t(?:ranspose)?=([+-]?\d{1,3})(?!\S)", text):
        before = before._replace(semitones=int(semitones[1]))
    return before


def key_of(text: str, before: dict[str, int]) -> dict[str, int]:
    """How many semitones each letter is moved in a key such as Bb, F#m, D Phr ^f or D exp _b _e ^f.

    Args:
        text: of the field; with clefs and shifts, which are passed over.
        before: the key that stays where the field has a clef or shifts only.

    Raises:
        ValueError: if it is no key.
    """
    key = _PARAMETER.sub("", _CLEF.sub("", text)).strip()
    if text.strip() and not key:
        return before
    if key.lower() in ("", "none"):
        return {}
    if key.upper().startswith("HP"):
        # HP prints no signature, but the scale of the pipes is the same: G A B ^c d e ^f g a.
        return {"F": 1, "C": 1}
    found = re.fullmatch(
        r"(?:([A-G])([#b]?)\s*([A-Za-z]*))?((?:\s*(?:\^\^?|__?|=)[A-Ga-g])*)(?:\s.*)?", key
    )
    mode = found[3].lower() if found and found[3] else ""
    if not found or not found[0] or (mode != "exp" and mode[:3] not in _MODES):
        raise ValueError(f"K:{text}, expected a key such as Am")
    moved = {}
    if found[1] and mode != "exp":
        fifths = _FIFTHS.index(found[1]) - 1 + 7 * {"#": 1, "b": -1, "": 0}[found[2]]
        fifths += _MODES[mode[:3]]
        moved = {letter: (fifths - i + 6) // 7 for i, letter in enumerate(_FIFTHS)}
    for accidental, letter in re.findall(r"(\^\^?|__?|=)([A-Ga-g])", found[4]):
        moved[letter.upper()] = ACCIDENTALS[accidental]
    return moved
