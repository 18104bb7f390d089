"""What is written, with repeats and parts, and what is played."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import groupby
from typing import NamedTuple

from ..piece import Note

_MOST_PARTS = 100
_MOST_TIMES = 99  # that a section is played


class Sound(NamedTuple):
    """Notes struck at once, or a rest if there are none."""

    pitches: tuple[int, ...]
    length: Fraction
    #: Those of its pitches that go on in the next note.
    tied: frozenset[int]
    #: Quarters of the bars of its metre; None: unknown.
    bar: Fraction | None


class Chord(NamedTuple):
    pitches: tuple[int, ...]


class Line(NamedTuple):
    """What may stand at a bar line."""

    closes: int = 0  # a section, how often it is to be played again
    opens: int = 0  # likewise
    double: bool = False
    endings: frozenset[int] = frozenset()


class Part(NamedTuple):
    label: str


Item = Sound | Chord | Line | Part


def played(items: Iterable[Item], order: str = "", endings_by_part: bool = True) -> Iterator[Item]:
    """Items in the order in which they are played.

    Args:
        items: as written.
        order: of parts, such as A2(BC)2; as written if empty.
        endings_by_part: whether a part that is played as often on end as it has endings takes
            another each time, and not all of them.

    Raises:
        ValueError: if a part is to be played that there is none of.
    """
    parts: list[tuple[str, list[Item]]] = [("", [])]
    for item in items:
        if isinstance(item, Part):
            parts.append((item.label, []))
        else:
            parts[-1][1].append(item)
    runs = [(part, 1) for _, part in parts]
    if order and len(parts) > 1:
        named = dict(reversed(parts))
        runs = runs[:1]
        for label, run in groupby(_expanded(order)):
            if label not in named:
                raise ValueError(f"part {label} is to be played, but there is none")
            runs.append((named[label], len(list(run))))
    for part, times in runs:
        sections = list(_sections(part))
        last = max(section.last_ending for section in sections)
        by_endings = endings_by_part and times > 1 and last == times
        for turn in range(1, times + 1):
            for section in sections:
                yield from section.turn(turn) if by_endings else section.played()
            yield Line(double=True)


@dataclass
class _Section:
    """What is repeated as one, and the endings that it has by turns."""

    common: list[Item] = field(default_factory=list)
    endings: list[tuple[frozenset[int], list[Item]]] = field(default_factory=list)
    times: int = 1

    @property
    def last_ending(self) -> int:
        return max((max(numbers) for numbers, _ in self.endings), default=0)

    def played(self) -> Iterator[Item]:
        # Where there are several endings, their number is how often it is played.
        times = 0 if len(self.endings) > 1 else min(self.times, _MOST_TIMES)
        for number in range(1, max(times, self.last_ending) + 1):
            yield from self.turn(number)

    def turn(self, number: int) -> Iterator[Item]:
        yield from self.common
        for numbers, ending in self.endings:
            if number in numbers:
                yield from ending


def _sections(items: list[Item]) -> Iterator[_Section]:
    """Sections, each from its sign or else from the last double bar or repeat before it."""
    section, opened, sounds = _Section(), 0, False
    current = section.common
    for item, after in zip(items, [*items[1:], Line()], strict=False):
        ends = False
        if not isinstance(item, Line):
            sounds = True
        elif item.opens:
            if sounds:
                yield section
                section = _Section()
                current, sounds = section.common, False
            opened = item.opens
        elif item.endings:
            current = []
            section.endings.append((item.endings, current))
        elif item.closes:
            section.times = max(section.times, item.closes + 1, opened + 1)
            ends = True
        else:
            ends = item.double and (bool(section.endings) or not opened)
        current.append(item)
        if ends and not _endings(after):
            yield section
            section, opened, sounds = _Section(), 0, False
            current = section.common
    yield section


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
            for pitch, start in starts.items():
                if pitch in item.tied:
                    held[pitch] = start
                else:
                    yield Note(pitch, float(start), float(now))
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
