"""A voice of a tune as it is read: what was written, and what holds for the next note."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from ..piece import LONGEST
from .keys import ACCIDENTALS, Shift
from .playing import Chord, Item, Line, Part, Sound

_STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_MIDDLE_C = 60
# A tuplet of p notes in the time of q, where it does not say of how many.
_TUPLETS = {2: 3, 3: 2, 4: 3, 6: 2, 8: 3}

_Place = tuple[str, int]  # a letter, and semitones of its octave


@dataclass
class Voice:
    unit: Fraction | None = None  # quarters
    metre: tuple[int, int] | None = None
    key: dict[str, int] = field(default_factory=dict)
    shift: Shift = field(default_factory=Shift)
    #: Which notes of the bar an accidental holds for: those of its `pitch`, of its `octave`, `not`.
    propagates: str = "pitch"

    items: list[Item] = field(default_factory=list)
    part: str | None = None
    #: Semitones by which letters, or places, were changed since the last bar line.
    changed: dict[str | _Place, int] = field(default_factory=dict)
    #: Of the pitches that sounded last, and of those that sound next, how each is written.
    last: dict[int, tuple[_Place, int]] = field(default_factory=dict)
    next: dict[int, tuple[_Place, int]] = field(default_factory=dict)
    #: Semitones of places that are tied to the next note.
    tied: dict[_Place, int] = field(default_factory=dict)
    #: Factors of the length of the next notes: of a tuplet, and how many those are.
    tuplet: Fraction = Fraction(1)
    remaining: int = 0
    #: By `>` or `<`, of the one note that follows.
    broken: Fraction = Fraction(1)
    layers: list[list["Overlay"]] = field(default_factory=list)

    @property
    def bar(self) -> Fraction | None:
        """Quarters of a bar."""
        return Fraction(4 * self.metre[0], self.metre[1]) if self.metre else None

    def fresh(self) -> "Voice":
        """A voice for which the same holds, and of which nothing is written."""
        return Voice(self.unit, self.metre, dict(self.key), self.shift, self.propagates)

    def pitch(self, note: str) -> int:
        """The MIDI number of a note such as ^c', which is the next to sound."""
        accidental, letter, octave = re.fullmatch(r"([\^_=]*)(\w)(.*)", note).groups()  # type: ignore
        height = 12 * (letter.islower() + octave.count("'") - octave.count(","))
        letter = letter.upper()
        place = letter, height
        changes = place if self.propagates == "octave" else letter
        if accidental:
            semitones = ACCIDENTALS[accidental]
            if self.propagates != "not":
                self.changed[changes] = semitones
        elif place in self.tied:
            semitones = self.tied[place]
        else:
            semitones = self.changed.get(changes, self.key.get(letter, 0))
        pitch = _MIDDLE_C + _STEPS[letter] + height + semitones + self.shift.total
        self.next[pitch] = place, semitones
        return pitch

    def sound(self, length: Fraction, tied: frozenset[int] = frozenset()) -> None:
        """The pitches that are next sound, or a rest if there are none."""
        assert self.unit
        length *= self.unit * self.broken
        self.broken = Fraction(1)
        if self.remaining:
            length *= self.tuplet
            self.remaining -= 1
        if length > LONGEST:
            raise ValueError("a note longer than any piece that is read")
        self.last, self.next, self.tied = self.next, {}, {}
        self.items.append(Sound(tuple(self.last), length, frozenset(), self.bar))
        self.tie(tied)

    def tie(self, pitches: frozenset[int] | None = None) -> None:
        """What sounded last goes on in the next note; all of it, or some pitches."""
        pitches = frozenset(self.last) if pitches is None else pitches
        sound = self.items[-1] if self.items else None
        if isinstance(sound, Sound):
            self.items[-1] = sound._replace(tied=sound.tied | pitches)
            self.tied |= dict(self.last[pitch] for pitch in pitches)

    def rest(self, bars: int) -> None:
        if self.bar is None:
            raise ValueError("a rest of whole bars without a metre")
        if bars * self.bar > LONGEST:
            raise ValueError("a rest longer than any piece that is read")
        self.items += [Sound((), self.bar, frozenset(), self.bar), Line()] * bars
        self.last, self.tied = {}, {}

    def line(self, line: Line) -> None:
        self.changed.clear()
        self.items.append(line)

    def begin(self, part: str | None) -> None:
        if part is None or part == self.part:
            return
        if self.items and isinstance(self.items[-1], Part):
            self.items.pop()
        self.part = part
        self.items.append(Part(part))

    def begin_tuplet(self, p: int, q: int, r: int) -> None:
        """P notes in the time of q, for r notes; 0 for what is not given."""
        compound = self.metre in ((6, 8), (9, 8), (12, 8))
        q = q or _TUPLETS.get(p, 3 if compound else 2)
        self.tuplet, self.remaining = Fraction(q, p), r or p

    def break_rhythm(self, signs: str) -> None:
        """The note before gives part of its length to the one after, or takes it."""
        items = self.items
        place = next((i for i in reversed(range(len(items))) if isinstance(items[i], Sound)), None)
        if place is None:
            raise ValueError(f"`{signs}` before the first note")
        short = Fraction(1, 2 ** len(signs))
        before, after = (2 - short, short) if signs[0] == ">" else (short, 2 - short)
        sound = items[place]
        assert isinstance(sound, Sound)
        items[place] = sound._replace(length=sound.length * before)
        self.broken = after

    def overlay(self, bars: int) -> "Overlay":
        """What is written next sounds at the time of the last bars, the one that is on included."""
        left, end = bars, len(self.items)
        while end and not isinstance(self.items[end - 1], Sound):
            end -= 1
        start, sounds = end, False
        while start and not isinstance(self.items[start - 1], Part):
            item = self.items[start - 1]
            if isinstance(item, Line) and sounds:
                left, sounds = left - 1, False
                if not left:
                    break
            sounds |= isinstance(item, Sound)
            start -= 1
        overlay = Overlay(self.fresh(), start, end, bars)
        for layer in self.layers:
            if layer[-1].end <= start:
                layer.append(overlay)
                break
        else:
            self.layers.append([overlay])
        return overlay

    def close(self, overlay: "Overlay") -> None:
        """An overlay ends: with a rest, if it is shorter than its bars; if longer, they do."""
        missing = _length(self.items[overlay.start : overlay.end]) - _length(overlay.voice.items)
        rest = [Sound((), abs(missing), frozenset(), self.bar)]
        if missing > 0:
            overlay.voice.items += rest
        elif missing < 0:
            self.items[overlay.end : overlay.end] = rest
            overlay.end += 1
        # Its chords end with it.
        overlay.voice.items.append(Chord(()))

    def lines(self) -> Iterator[list[Item]]:
        """Its items, and those of each layer of overlays with silence between them."""
        yield self.items
        for layer in self.layers:
            items: list[Item] = []
            place = 0
            for overlay in layer:
                items += map(_silent, self.items[place : overlay.start])
                items += overlay.voice.items
                place = overlay.end
            yield items + list(map(_silent, self.items[place:]))


@dataclass
class Overlay:
    """A voice beside some bars of another."""

    voice: Voice
    start: int  # in the items of the other
    end: int
    bars: int  # that are still to be written


def _silent(item: Item) -> Item:
    if isinstance(item, Sound):
        return item._replace(pitches=(), tied=frozenset())
    return Chord(()) if isinstance(item, Chord) else item


def _length(items: list[Item]) -> Fraction:
    return sum((item.length for item in items if isinstance(item, Sound)), Fraction(0))
