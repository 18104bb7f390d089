"""What is written, with repeats and parts, and what is played."""

import re
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import NamedTuple

from apps.music.piece import Note

_MOST_PARTS = 100


class Sound(NamedTuple):
    """Notes struck at once, or a rest if there are none."""

    pitches: tuple[int, ...]
    length: Fraction
    #: Whether each goes on in the next note of its pitch.
    tied: bool
    #: Quarters of the bars of its metre; None: unknown.
    bar: Fraction | None


class Chord(NamedTuple):
    pitches: tuple[int, ...]


class Line(NamedTuple):
    """What may stand at a bar line."""

    closes: bool = False  # a repeat
    opens: bool = False  # a repeat
    double: bool = False
    endings: frozenset[int] = frozenset()


class Part(NamedTuple):
    label: str


Item = Sound | Chord | Line | Part


def played(items: Iterable[Item], order: str = "") -> Iterator[Item]:
    """Items in the order in which they are played.

    Args:
        items: as written.
        order: of parts, such as A2(BC)2; as written if empty.

    Raises:
        ValueError: if a part is to be played that there is none of.
    """
    parts: list[tuple[str, list[Item]]] = [("", [])]
    for item in items:
        if isinstance(item, Part):
            parts.append((item.label, []))
        else:
            parts[-1][1].append(item)
    if order and len(parts) > 1:
        named = dict(reversed(parts))
        parts = [parts[0]]
        for label in _expanded(order):
            if label not in named:
                raise ValueError(f"part {label} is to be played, but there is none")
            parts.append((label, named[label]))
    for _, part in parts:
        yield from _repeated(part)
        yield Line(double=True)


def _repeated(items: list[Item]) -> Iterator[Item]:
    """Items with their repeats written out."""
    start = place = 0
    turn = 1
    inside: frozenset[int] = frozenset()  # the turns of the ending that is played
    while place < len(items):
        item = items[place]
        place += 1
        if not isinstance(item, Line):
            yield item
            continue
        if item.closes and (turn == 1 or _has_ending(items[start:], turn + 1)):
            yield item
            turn += 1
            place, inside = start, frozenset()
            continue
        if item.closes or item.opens or (inside and item.double):
            start, turn, inside = place, 1, frozenset()
        if item.endings and turn in item.endings:
            inside = item.endings
        elif item.endings:
            place = _past_ending(items, place)
            if not (place < len(items) and _endings(items[place])):
                start, turn = place, 1
        yield item


def _has_ending(items: list[Item], turn: int) -> bool:
    """Whether there is an ending for this turn before the next repeat begins."""
    for item in items:
        if isinstance(item, Line):
            if turn in item.endings:
                return True
            if item.opens:
                return False
    return False


def _past_ending(items: list[Item], place: int) -> int:
    """Where the ending is over that begins here."""
    for i in range(place, len(items)):
        item = items[i]
        if _endings(item):
            return i
        if isinstance(item, Line) and (item.closes or item.opens or item.double):
            return i + 1
    return len(items)


def _endings(item: Item) -> frozenset[int]:
    return item.endings if isinstance(item, Line) else frozenset()


def _expanded(order: str) -> list[str]:
    """The labels of A2(BC)2, one by one: A A B C B C."""
    levels: list[list[str]] = [[]]
    last: list[str] = []
    for token in re.findall(r"[A-Za-z]|\d+|[()]", order):
        if token == "(":
            levels.append([])
        elif token == ")" and len(levels) > 1:
            last = levels.pop()
            levels[-1] += last
        elif token.isdecimal():
            levels[-1] += last * (min(int(token), _MOST_PARTS) - 1)
        else:
            last = [token]
            levels[-1] += last
        if len(levels[-1]) > _MOST_PARTS:
            raise ValueError(f"more than {_MOST_PARTS} parts to play")
    return [label for level in levels for label in level]


def notes_of(items: Iterable[Item]) -> Iterator[Note]:
    """The notes of what is played, and those of its chords, each of which lasts up to the next."""
    now = Fraction(0)
    chord: tuple[int, ...] = ()
    since = now
    held: dict[int, Fraction] = {}  # starts of the tied notes that end here
    for item in items:
        if isinstance(item, Chord):
            yield from (Note(pitch, float(since), float(now)) for pitch in chord if now > since)
            chord, since = item.pitches, now
        elif isinstance(item, Sound):
            starts = {pitch: held.pop(pitch, now) for pitch in item.pitches}
            yield from (Note(pitch, float(start), float(now)) for pitch, start in held.items())
            held = {}
            now += item.length
            if item.tied:
                held = starts
            else:
                yield from (
                    Note(pitch, float(start), float(now)) for pitch, start in starts.items()
                )
    yield from (Note(pitch, float(start), float(now)) for pitch, start in held.items())
    yield from (Note(pitch, float(since), float(now)) for pitch in chord if now > since)


def segments_of(items: Iterable[Item]) -> Iterator[tuple[Fraction, Fraction | None]]:
    """Of each bar that is played its length, and that which its metre asks for, in quarters."""
    length, whole = Fraction(0), None
    for item in items:
        if isinstance(item, Line) or (isinstance(item, Sound) and item.bar != whole):
            yield length, whole
            length = Fraction(0)
        if isinstance(item, Sound):
            length += item.length
            whole = item.bar
    yield length, whole
