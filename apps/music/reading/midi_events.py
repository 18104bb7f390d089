"""The events of a standard MIDI file (MIDI 1.0, RP-001), as far as they can be read."""

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

NOTE_OFF, NOTE_ON = 0x8, 0x9
TEMPO, METRE = 0x51, 0x58

_META, _END = 0xFF, 0x2F
_LARGEST = 2**56
# Bytes of data after a status byte, by its upper half, and of those that are no channel's.
_DATA = {0x8: 2, 0x9: 2, 0xA: 2, 0xB: 2, 0xC: 1, 0xD: 1, 0xE: 2}
_SYSTEM = {0xF1: 1, 0xF2: 2, 0xF3: 1}


class Event(NamedTuple):
    """A message of a channel, or a meta event.

    Attributes:
        tick: when, from the start of its track.
        kind: the upper half of the status byte, or the type of a meta event.
        channel: from 0; None of a meta event.
    """

    tick: int
    kind: int
    channel: int | None
    data: bytes


class MidiFile(NamedTuple):
    """
    Attributes:
        kind: 0, 1, or 2, whose tracks are patterns that are played one after the other.
        division: ticks of a quarter; from 0x8000 of frames of film.
        tracks: the events of each; the last is its end, where it has one.
        damage: what was passed over or mended, in words.
    """

    kind: int
    division: int
    tracks: list[list[Event]]
    damage: list[str]


def read_events(content: bytes) -> MidiFile:
    """Raises ValueError if there is no header."""
    start = content.find(b"MThd")
    header = content[start + 8 : start + 14]
    if start < 0 or len(header) < 6:
        raise ValueError("no header MThd")
    kind, count, division = (int.from_bytes(header[i : i + 2]) for i in (0, 2, 4))
    tracks: list[list[Event]] = []
    damage: list[str] = []
    strange: Counter[str] = Counter()
    for name, body, whole in _chunks(content, start):
        if name != b"MTrk":
            strange[name.decode("ascii")] += 1
            continue
        track = _Track(body)
        tracks.append(list(track.events()))
        if track.stopped or not whole:
            damage.append(f"track {len(tracks)} {track.stopped or 'is shorter than it says'}")
        if track.clipped:
            damage.append(f"{_count(track.clipped, 'byte')} above 127 read as 127")
    damage += [f"{_count(n, 'chunk')} {name} passed over" for name, n in strange.items()]
    if len(tracks) < count:
        damage.append(f"{len(tracks)} of {_count(count, 'track')} there")
    return MidiFile(kind, division, tracks, damage)


def _chunks(content: bytes, place: int) -> Iterator[tuple[bytes, bytes, bool]]:
    """Of each chunk after the header its name, what it holds, and whether that is all of it."""
    place += 8 + int.from_bytes(content[place + 4 : place + 8])
    while place + 8 <= len(content):
        name = content[place : place + 4]
        if not (name.isascii() and name.decode("ascii").isprintable()):
            # The length of the chunk before was wrong, or this is no chunk at all.
            place = content.find(b"MTrk", place)
            if place < 0:
                return
            continue
        end = place + 8 + int.from_bytes(content[place + 4 : place + 8])
        whole = end <= len(content)
        if not whole and (after := content.find(b"MTrk", place + 8)) >= 0:
            end = after
        yield name, content[place + 8 : end], whole
        place = end


class _Track:
    """Reads a track.

    Attributes:
        clipped: how many bytes of data were above 127.
        stopped: why it was not read to its end; empty if it was.
    """

    def __init__(self, body: bytes) -> None:
        self.clipped = 0
        self.stopped = ""
        self._body = body
        self._place = 0

    def events(self) -> Iterator[Event]:
        tick, running = 0, None
        while self._place < len(self._body):
            begun = self._place
            try:
                tick += self._number()
                status = self._body[self._place]
                if status >= 0x80:
                    self._place += 1
                elif running is None:
                    self.stopped = f"has no event at its byte {begun:,}, where it was left"
                    return
                else:
                    status = running
                event = self._event(tick, status)
            except IndexError:
                self.stopped = f"ends within an event, at its byte {begun:,}"
                return
            # By the letter, what is no channel's ends running status; files go on all the same.
            running = status if status < 0xF0 else running
            if event is not None:
                yield event
                if event.channel is None and event.kind == _END:
                    return

    def _event(self, tick: int, status: int) -> Event | None:
        if status < 0xF0:
            data = self._take(_DATA[status >> 4])
            if max(data) > 127:
                self.clipped += sum(byte > 127 for byte in data)
                data = bytes(min(byte, 127) for byte in data)
            return Event(tick, status >> 4, status & 0x0F, data)
        if status == _META:
            kind = self._take(1)[0]
            return Event(tick, kind, None, self._take(self._number()))
        self._take(self._number() if status in (0xF0, 0xF7) else _SYSTEM.get(status, 0))
        return None

    def _take(self, count: int) -> bytes:
        """Raises IndexError where there are not as many bytes."""
        self._place += count
        if self._place > len(self._body):
            raise IndexError
        return self._body[self._place - count : self._place]

    def _number(self) -> int:
        """Of as many bytes as have their highest bit set, and one more; seven bits of each.

        Raises IndexError where there are far more than the four that the standard allows.
        """
        number = 0
        while True:
            byte = self._take(1)[0]
            number = number << 7 | byte & 0x7F
            if byte < 0x80:
                return number
            if number > _LARGEST:
                raise IndexError


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" + ("" if number == 1 else "s")
