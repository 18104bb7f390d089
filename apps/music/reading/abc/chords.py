"""Chord symbols, such as Gm or D7/f+, as the notes that are played for them."""

import re

_STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_SHIFTS = {"": 0, "#": 1, "b": -1}
_INTERVALS = {
    "": (0, 4, 7),
    "maj": (0, 4, 7),
    "m": (0, 3, 7),
    "min": (0, 3, 7),
    "d": (0, 3, 6),
    "dim": (0, 3, 6),
    "o": (0, 3, 6),
    "a": (0, 4, 8),
    "aug": (0, 4, 8),
    "+": (0, 4, 8),
    "5": (0, 7),
    "sus": (0, 5, 7),
    "sus4": (0, 5, 7),
    "sus2": (0, 2, 7),
    "6": (0, 4, 7, 9),
    "m6": (0, 3, 7, 9),
    "7": (0, 4, 7, 10),
    "maj7": (0, 4, 7, 11),
    "M7": (0, 4, 7, 11),
    "m7": (0, 3, 7, 10),
    "min7": (0, 3, 7, 10),
    "dim7": (0, 3, 6, 9),
    "d7": (0, 3, 6, 9),
    "o7": (0, 3, 6, 9),
    "m7b5": (0, 3, 6, 10),
    "a7": (0, 4, 8, 10),
    "aug7": (0, 4, 8, 10),
    "7sus4": (0, 5, 7, 10),
    "9": (0, 4, 7, 10, 14),
    "m9": (0, 3, 7, 10, 14),
    "7b9": (0, 4, 7, 10, 13),
}
# Another chord may follow in brackets, which is to be seen and not to be heard.
_SYMBOL = re.compile(r"\(?([A-G])([#b]?)([^/()]*)(?:/[A-Ga-g][#b+]?)?(?:\)|\(.*\))?")
_PLAIN = str.maketrans("♯♭", "#b", "♮")
_LOWEST_ROOT = 36  # the C two octaves below middle C


def pitches_of(symbol: str) -> tuple[int, ...] | None:
    """MIDI numbers, the lowest first, in close position under a melody; None if it is no chord.

    The root is one of the twelve notes from 36 to 47, and a bass such as that of D7/f+ is not
    played, as in the MIDI files of the Nottingham Music Database; whose signs are understood too:
    `d` diminished, `a` augmented, `+` sharp.
    """
    found = _SYMBOL.fullmatch(symbol.strip().translate(_PLAIN))
    if not found or (intervals := _INTERVALS.get(found[3].strip())) is None:
        return None
    root = _LOWEST_ROOT + (_STEPS[found[1]] + _SHIFTS[found[2]]) % 12
    return tuple(root + interval for interval in intervals)
