"""Tunes in ABC notation: https://abcnotation.com/wiki/abc:standard:v2.1."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from apps.music.piece import Note, Piece
from apps.music.reading.chords import pitches_of
from apps.music.reading.making import LONGEST, bars_of, make_piece
from apps.music.reading.playing import Chord, Item, Line, Part, Sound, notes_of, played, segments_of
from gated.errors import BadData
from gated.text.files import read_bytes

ENDINGS = (".abc",)


def read_abc(
    path: str | Path, grid: int, remarks: list[str] | None = None
) -> tuple[list[Piece], list[str]]:
    """The tunes of a file, played with their repeats, and chord symbols as chords below.

    A chord lasts until the next one. A tune of parts is played in the order that the field P of
    its header gives, or the field Y as in the Nottingham Music Database. Ties, broken rhythm,
    tuplets and several voices are understood; grace notes, decorations, slurs and words are left
    out.

    Args:
        path: the file; in UTF-8, or else in latin-1.
        grid: frames a quarter.
        remarks: where it is said how many notes were left out.

    Returns:
        The pieces; and of each tune with an error its name, and what the error is.

    Raises:
        BadData: if the file cannot be read, or has no tunes.
    """
    content = read_bytes(path, "tunes in ABC notation")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    pieces, problems = [], []
    for first, lines in _tunes(re.split(r"\r\n|\n|\r", text)):
        tune = _Tune()
        try:
            for line in lines:
                tune.read(line)
            pieces.append(tune.piece(f"{path}, {tune}", grid, remarks))
        except ValueError as error:
            problems.append(f"{path}:{first + tune.lines - 1}, {tune}: {error}")
        except BadData as error:
            problems.append(str(error))
    if not pieces and not problems:
        raise BadData(f"{path}: no tunes, expected lines that start with X:")
    return pieces, problems


def _tunes(lines: list[str]) -> Iterator[tuple[int, list[str]]]:
    """The lines of each tune, X: first, and the number of that line."""
    tune: list[str] = []
    first = 0
    for number, line in enumerate([*lines, ""], 1):
        starts = re.match(r"X:", line)
        if tune and (starts or not line.strip()):
            yield first, tune
            tune = []
        if starts:
            first = number
        if starts or tune:
            tune.append(line)


_TOKEN = re.compile(
    r"""
    (?P<space>[\s`$*\\]+)
    | "(?P<text>[^"]*)"
    | (?P<decoration>![^!]*! | \+[^+]*\+ | \{[^}]*\} | [.~H-Wh-w])
    | \[(?P<field>[A-Za-z]):(?P<value>[^\]]*)\]
    | (?P<line>:*\|+[\]|:]* | :+\]? | \[\|+[\]:]*) \s* (?P<after>\[?\d+(?:[-,]\d+)*)?
    | \[(?P<endings>\d+(?:[-,]\d+)*)
    | \((?P<p>[2-9])(?::(?P<q>\d*)(?::(?P<r>\d*))?)?
    | (?P<slur>[()])
    | (?P<group>\[) (?P<inside>[^\]|]*) \] (?P<group_length>\d*/*\d*)
    | (?P<note>(?:\^\^?|__?|=)?[A-Ga-g][,']*) (?P<length>\d*/*\d*)
    | (?P<rest>[zx]) (?P<rest_length>\d*/*\d*)
    | (?P<bars_rest>[ZX]) (?P<bars>\d*)
    | (?P<spacer>y\d*)
    | (?P<tie>-)
    | (?P<broken>>{1,3}|<{1,3})
    """,
    re.VERBOSE,
)
_INSIDE = re.compile(
    r"""((?:\^\^?|__?|=)?[A-Ga-g][,']*)(\d*/*\d*)(-?)|"[^"]*"|![^!]*!|[.~\s]""",
)
_ACCIDENTALS = {"^^": 2, "^": 1, "=": 0, "_": -1, "__": -2}
_STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_MIDDLE_C = 60
_SHARPS = "FCGDAEB"  # in the order in which keys have them
_MODES = {
    "": 0, "maj": 0, "ion": 0, "mix": -1, "dor": -2, "m": -3, "min": -3, "aeo": -3, "phr": -4,
    "loc": -5, "lyd": 1,
}  # fmt: skip
# A tuplet of p notes in the time of q, where it does not say of how many.
_TUPLETS = {2: 3, 3: 2, 4: 3, 6: 2, 8: 3}


@dataclass
class _Voice:
    """What was read of a voice, and what holds for the next note."""

    items: list[Item] = field(default_factory=list)
    key: dict[str, int] = field(default_factory=dict)
    unit: Fraction | None = None
    metre: tuple[int, int] | None = None
    #: Semitones of the letters, and octaves, changed since the last bar line.
    changed: dict[str, int] = field(default_factory=dict)
    #: Factors of the length of the next notes: of a tuplet, and how many those are.
    tuplet: Fraction = Fraction(1)
    remaining: int = 0
    #: By `>` or `<`, of the one note that follows.
    broken: Fraction = Fraction(1)

    @property
    def bar(self) -> Fraction | None:
        """Quarters of a bar."""
        return Fraction(4 * self.metre[0], self.metre[1]) if self.metre else None


class _Tune:
    """A tune as it is read, line by line."""

    def __init__(self) -> None:
        self.lines = 0  # that were read
        self._number = self._title = ""
        self._order = ""
        self._beat = Fraction(1)  # quarters
        self._metre: tuple[int, int] | None = None
        self._pace: float | None = None  # beats a minute
        self._in_header = True
        self._start = _Voice()
        self._voices: dict[str, _Voice] = {}
        self._voice = self._start

    def __str__(self) -> str:
        """Its number, and its title if it has one."""
        return f"tune {self._number}" + (f" ({self._title})" if self._title else "")

    def read(self, line: str) -> None:
        self.lines += 1
        line = re.sub(r"(?<!\\)%.*", "", line)
        if found := re.match(r"([A-Za-z+]):(?![|:])(.*)", line):
            self._read_field(found[1], found[2].strip())
        elif not self._in_header:
            self._read_music(line)
        elif line.strip():
            raise ValueError("music before the key; a header ends with K:")

    def piece(self, name: str, grid: int, remarks: list[str] | None) -> Piece:
        """The tune as it is played. Raises BadData and ValueError."""
        notes: list[Note] = []
        voices = list(self._voices.values()) or [self._start]
        lines = [list(played(voice.items, self._order)) for voice in voices]
        for items in lines:
            notes += notes_of(items)
        tempo = float(self._pace * self._beat) if self._pace else 120.0
        bars = bars_of(segments_of(lines[0]))
        return make_piece(name, notes, bars, grid, tempo, self._metre, remarks)

    def _read_field(self, letter: str, value: str) -> None:
        voice = self._voice
        match letter:
            case "X":
                self._number = value
            case "T":
                self._title = self._title or value
            case "M":
                self._read_metre(value)
            case "L":
                voice.unit = 4 * _fraction(value)
            case "K":
                voice.key = _key(value, voice.key)
                self._in_header = False
            case "Q":
                self._read_tempo(value)
            case "V":
                self._read_voice(value)
            case "P" | "Y" if self._in_header:
                self._order = value
            case "P":
                voice.items.append(Part(value[:1]))

    def _read_metre(self, value: str) -> None:
        if value in ("C", "C|"):
            value = "4/4" if value == "C" else "2/2"
        found = re.fullmatch(r"\(?(\d+(?:\s*\+\s*\d+)*)\)?/(\d+)", value)
        metre = None
        if found:
            metre = sum(int(number) for number in found[1].split("+")), int(found[2])
            # Such as a MIDI file can name.
            if not 1 <= metre[0] <= 255 or metre[1] not in (1, 2, 4, 8, 16, 32, 64):
                raise ValueError(f"M:{value}, expected a metre such as 3/4")
        elif value.lower() not in ("none", ""):
            raise ValueError(f"M:{value}, expected a metre such as 3/4")
        if not any(isinstance(item, Sound) for item in self._voice.items):
            self._metre = metre
        self._voice.metre = metre

    def _read_tempo(self, value: str) -> None:
        value = re.sub(r'"[^"]*"', "", value).strip()
        found = re.fullmatch(r"(?:(?:C\d*|(\d+/\d+)(?:\s+\d+/\d+)*)\s*=\s*)?(\d+(?:\.\d+)?)", value)
        if found and self._pace is None and float(found[2]):
            self._pace = float(found[2])
            self._beat = 4 * _fraction(found[1]) if found[1] else Fraction(1)

    def _read_voice(self, value: str) -> None:
        name = value.split()[0] if value.split() else ""
        if self._in_header:
            return
        if not self._voices:
            # It goes on with what was read before there were voices.
            self._voices[name] = self._start
        elif name not in self._voices:
            start = self._start
            self._voices[name] = _Voice([], start.key, start.unit, start.metre)
        self._voice = self._voices[name]

    def _read_music(self, line: str) -> None:
        voice, place = self._voice, 0
        while place < len(line):
            found = _TOKEN.match(line, place)
            if not found:
                raise ValueError(f"`{line[place : place + 8].strip()}` is not understood")
            place = found.end()
            kinds = (name for name, text in found.groupdict().items() if text is not None)
            match next(kinds):
                case "text":
                    if pitches := pitches_of(found["text"]):
                        voice.items.append(Chord(pitches))
                case "field":
                    self._read_field(found["field"], found["value"].strip())
                    voice = self._voice
                case "line":
                    voice.changed.clear()
                    voice.items.append(_line(found["line"]))
                    if found["after"]:
                        voice.items.append(Line(endings=_numbers(found["after"])))
                case "endings":
                    voice.items.append(Line(endings=_numbers(found["endings"])))
                case "p":
                    self._read_tuplet(found["p"], found["q"], found["r"])
                case "group":
                    self._read_group(found["inside"], found["group_length"])
                case "note":
                    self._sound((self._pitch(found["note"]),), _length(found["length"]))
                case "rest":
                    self._sound((), _length(found["rest_length"]))
                case "bars_rest":
                    self._rest(int(found["bars"] or 1))
                case "tie":
                    if voice.items and isinstance(voice.items[-1], Sound):
                        voice.items[-1] = voice.items[-1]._replace(tied=True)
                case "broken":
                    self._break(found["broken"])

    def _pitch(self, note: str) -> int:
        """The MIDI number of a note such as ^c'."""
        voice = self._voice
        accidental, letter, octave = re.fullmatch(r"([\^_=]*)(\w)(.*)", note).groups()  # type: ignore
        height = 12 * (letter.islower() + octave.count("'") - octave.count(","))
        letter = letter.upper()
        place = f"{letter}{height}"
        if accidental:
            voice.changed[place] = _ACCIDENTALS[accidental]
        return (
            _MIDDLE_C + _STEPS[letter] + height + voice.changed.get(place, voice.key.get(letter, 0))
        )

    def _sound(self, pitches: tuple[int, ...], length: Fraction, tied: bool = False) -> None:
        voice = self._voice
        if voice.unit is None:
            short = voice.bar is not None and voice.bar < 3
            voice.unit = Fraction(1, 4) if short else Fraction(1, 2)
        length *= voice.unit * voice.broken
        voice.broken = Fraction(1)
        if voice.remaining:
            length *= voice.tuplet
            voice.remaining -= 1
        if length > LONGEST:
            raise ValueError("a note longer than any piece that is read")
        voice.items.append(Sound(pitches, length, tied, voice.bar))

    def _rest(self, bars: int) -> None:
        voice = self._voice
        if voice.bar is None:
            raise ValueError("a rest of whole bars without a metre")
        if bars * voice.bar > LONGEST:
            raise ValueError("a rest longer than any piece that is read")
        voice.items += [Sound((), voice.bar, False, voice.bar), Line()] * bars

    def _read_group(self, inside: str, length: str) -> None:
        pitches, lengths, ties, place = [], [], [], 0
        while place < len(inside):
            found = _INSIDE.match(inside, place)
            if not found:
                raise ValueError(f"`[{inside}]` is not understood")
            place = found.end()
            if found[1]:
                pitches.append(self._pitch(found[1]))
                lengths.append(_length(found[2]))
                ties.append(bool(found[3]))
        if not pitches:
            raise ValueError(f"`[{inside}]`: no notes")
        # All last as long as the first, as the standard says.
        self._sound(tuple(pitches), lengths[0] * _length(length), any(ties))

    def _read_tuplet(self, p: str, q: str | None, r: str | None) -> None:
        voice, count = self._voice, int(p)
        compound = voice.metre in ((6, 8), (9, 8), (12, 8))
        time = int(q) if q else _TUPLETS.get(count, 3 if compound else 2)
        voice.tuplet, voice.remaining = Fraction(time, count), int(r) if r else count

    def _break(self, signs: str) -> None:
        """The note before gives part of its length to the one after, or takes it."""
        items = self._voice.items
        place = next((i for i in reversed(range(len(items))) if isinstance(items[i], Sound)), None)
        if place is None:
            raise ValueError(f"`{signs}` before the first note")
        short = Fraction(1, 2 ** len(signs))
        before, after = (2 - short, short) if signs[0] == ">" else (short, 2 - short)
        sound = items[place]
        assert isinstance(sound, Sound)
        items[place] = sound._replace(length=sound.length * before)
        self._voice.broken = after


def _line(line: str) -> Line:
    closes, opens = line.startswith(":"), line.endswith(":")
    if set(line) == {":"}:
        closes = opens = len(line) > 1
    double = "||" in line or "]" in line or "[" in line
    return Line(closes, opens, double)


def _numbers(text: str) -> frozenset[int]:
    """Of 1,3-5 the numbers 1, 3, 4 and 5."""
    found: set[int] = set()
    for part in text.strip("[").split(","):
        first, _, last = part.partition("-")
        found.update(range(int(first), min(int(last or first), 99) + 1))
    return frozenset(found)


def _length(text: str) -> Fraction:
    """Of 3/2, 3, /, // and /4, in units."""
    over, slashes, under = re.fullmatch(r"(\d*)(/*)(\d*)", text).groups()  # type: ignore
    divisor = int(under) if under else 2 ** len(slashes)
    if not divisor:
        raise ValueError(f"a note of length {text}")
    return Fraction(int(over or 1), divisor)


def _fraction(text: str) -> Fraction:
    found = re.fullmatch(r"(\d+)(?:/(\d+))?", text)
    if not found or not int(found[1]) or (found[2] and not int(found[2])):
        raise ValueError(f"`{text}`, expected a fraction such as 1/8")
    return Fraction(int(found[1]), int(found[2] or 1))


def _key(text: str, before: dict[str, int]) -> dict[str, int]:
    """How many semitones each letter is moved in a key such as Bb, F#m or D mixolydian."""
    text = re.sub(r"\b[a-z]+=\S*|\b(treble|bass|alto|tenor|exp)\b\S*", "", text).strip()
    if not text:
        return before
    if text == "none" or text.startswith(("HP", "Hp")):
        return {"F": 1, "C": 1} if text.startswith("Hp") else {}
    found = re.match(r"([A-G])([#b]?)\s*([A-Za-z]*)(.*)", text)
    mode = _MODES.get(found[3].lower()[:3]) if found else None
    if not found or mode is None:
        raise ValueError(f"K:{text}, expected a key such as Am")
    fifths = _SHARPS.index(found[1]) - 1 + 7 * {"#": 1, "b": -1, "": 0}[found[2]] + mode
    letters = _SHARPS[:fifths] if fifths >= 0 else _SHARPS[fifths:]
    key = dict.fromkeys(letters, 1 if fifths > 0 else -1)
    for accidental, letter in re.findall(r"(\^\^?|__?|=)([A-Ga-g])", found[4]):
        key[letter.upper()] = _ACCIDENTALS[accidental]
    return key
