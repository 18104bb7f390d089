"""MIDI files: the notes, the tempo and the metre that they hold."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

from gated.errors import BadData
from gated.reading.files import read_bytes

from .bars import Bars
from .midi_events import METRE, NOTE_OFF, NOTE_ON, TEMPO, Event, MidiFile, read_events
from .piece import Note, Piece, make_piece

ENDINGS = (".mid", ".midi")

_DRUMS = 9  # channel 10, as musicians count


def read_midi(path: str | Path, grid: int, remarks: list[str] | None = None) -> Piece:
    """The notes of a MIDI file, drums left out, up to the end of the last one.

    Times are as the file counts them, in quarters, whatever the tempo. Tempo and metre are the
    first that it names, 120 quarters a minute and none if it names none. A first bar that is
    shorter than those of the metre after it is a pickup: the metre is that after it. The patterns
    of a file of type 2 are played one after the other. Of a damaged file the notes are read that
    are there.

    Args:
        path: the file, which gives the piece its name.
        grid: frames a quarter.
        remarks: where it is said how many notes were left out, and what was damaged.

    Raises:
        BadData: if the file is not MIDI, has no notes but drums, or is too long.
    """
    name = str(path)
    content = read_bytes(path, "a MIDI file")
    try:
        file = read_events(content)
    except ValueError as error:
        raise BadData(f"{name}: damaged, or not a MIDI file: {error}") from None
    if not 0 < file.division < 0x8000:
        raise BadData(f"{name}: times in frames of film, expected ticks of a quarter")
    quarter = file.division
    tracks = list(_placed(file))
    metas = [event for track in tracks for event in track if event.channel is None]
    metas.sort(key=lambda event: event.tick)
    paces = [pace for event in metas if event.kind == TEMPO and (pace := _pace(event))]
    metres = [
        (event.tick, metre) for event in metas if event.kind == METRE and (metre := _metre(event))
    ]
    bars, metre = _bars(metres, quarter)
    notes = [note for track in tracks for note in _notes(track, quarter)]
    damage = list(file.damage)
    if bad := sum(event.kind in (TEMPO, METRE) for event in metas) - len(paces) - len(metres):
        damage.append(f"{bad} {'tempo or metre' if bad == 1 else 'tempos or metres'} passed over")
    if damage and not notes:
        raise BadData(f"{name}: damaged, or not a MIDI file: {'; '.join(damage)}; no notes")
    if damage and remarks is not None:
        remarks.append(f"{name}: {'; '.join(damage)}")
    tempo = round(60e6 / paces[0], 2) if paces else 120.0
    return make_piece(name, notes, bars, grid, tempo, metre, remarks)


def _placed(file: MidiFile) -> Iterator[list[Event]]:
    """The events of each track, at their places in the whole."""
    start = 0
    for track in file.tracks:
        yield [event._replace(tick=start + event.tick) for event in track]
        if file.kind == 2 and track:
            start += track[-1].tick


def _pace(event: Event) -> int | None:
    """Microseconds a quarter; None if it names none."""
    return int.from_bytes(event.data) or None if len(event.data) == 3 else None


def _metre(event: Event) -> tuple[int, int] | None:
    """Such as (3, 4). What may follow, of clicks and of how quarters are written, is not needed."""
    over, under = (*event.data, 0, 0)[:2]
    return (over, 2**under) if len(event.data) > 1 and over and under <= 6 else None


def _notes(track: list[Event], quarter: int) -> Iterator[Note]:
    now = 0
    sounding: dict[tuple[int, int], list[int]] = {}
    for now, kind, channel, data in track:
        if channel is None or channel == _DRUMS or kind not in (NOTE_OFF, NOTE_ON):
            continue
        pitch, loudness = data
        starts = sounding.setdefault((channel, pitch), [])
        if kind == NOTE_ON and loudness:
            starts.append(now)
        elif starts:
            yield Note(pitch, starts.pop(0) / quarter, now / quarter)
    for (_, pitch), starts in sounding.items():
        for start in starts:
            yield Note(pitch, start / quarter, now / quarter)


def _bars(
    metres: list[tuple[int, tuple[int, int]]], quarter: int
) -> tuple[list[Bars], tuple[int, int] | None]:
    """The bars, and the metre of the first whole one."""
    # Of several at one time the last, which is what counts then.
    places = list(dict(metres).items())
    lengths = [Fraction(4 * over, under) for _, (over, under) in places]
    starts = [Fraction(tick, quarter) for tick, _ in places]
    bars = [Bars(start, length) for start, length in zip(starts, lengths, strict=True)]
    if len(bars) > 1 and starts[1] - starts[0] == lengths[0] < lengths[1]:
        bars[0] = Bars(starts[0], lengths[1], lengths[1] - lengths[0])
        return bars, places[1][1]
    return bars, places[0][1] if places else None
