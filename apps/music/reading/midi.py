"""MIDI files."""

from collections.abc import Iterator
from fractions import Fraction
from io import BytesIO
from pathlib import Path

import mido

from apps.music.piece import Note, Piece
from apps.music.reading.making import Bars, make_piece
from gated.errors import BadData
from gated.text.files import read_bytes

ENDINGS = (".mid", ".midi")

_DRUMS = 9  # channel 10, as musicians count


def read_midi(path: str | Path, grid: int, remarks: list[str] | None = None) -> Piece:
    """The notes of a MIDI file, drums left out, up to the end of the last one.

    Times are as the file counts them, in quarters, whatever the tempo. Tempo and metre are the
    first that it names, 120 quarters a minute and none if it names none. A first bar that is
    shorter than those of the metre after it is a pickup: the metre is that after it.

    Args:
        path: the file, which gives the piece its name.
        grid: frames a quarter.
        remarks: where it is said how many notes were left out.

    Raises:
        BadData: if the file is not MIDI or is damaged, has no notes but drums, or is too long.
    """
    name = str(path)
    content = read_bytes(path, "a MIDI file")
    try:
        file = mido.MidiFile(file=BytesIO(content))
    except Exception as error:
        # There is no one kind of error that mido raises on damaged files.
        reason = " ".join(str(error).split()) or type(error).__name__
        raise BadData(f"{name}: damaged, or not a MIDI file: {reason}") from None
    if file.ticks_per_beat <= 0:
        raise BadData(f"{name}: times in frames of film, expected ticks of a quarter")
    events = sorted(_timed(file), key=lambda event: event[0])
    tempos = [event.tempo for _, event in events if event.type == "set_tempo" and event.tempo]
    tempo = round(mido.tempo2bpm(tempos[0]), 2) if tempos else 120.0
    metres = [
        (tick, (event.numerator, event.denominator))
        for tick, event in events
        if event.type == "time_signature" and event.numerator and event.denominator <= 64
    ]
    quarter = file.ticks_per_beat
    bars, metre = _bars(metres, quarter)
    notes = [note for track in file.tracks for note in _notes(track, quarter)]
    return make_piece(name, notes, bars, grid, tempo, metre, remarks)


def _timed(file: mido.MidiFile) -> Iterator[tuple[int, mido.Message]]:
    """Each event of all tracks, with its time in ticks."""
    for track in file.tracks:
        now = 0
        for event in track:
            now += event.time
            yield now, event


def _notes(track: mido.MidiTrack, quarter: int) -> Iterator[Note]:
    now = 0
    sounding: dict[tuple[int, int], list[int]] = {}
    for event in track:
        now += event.time
        if event.type not in ("note_on", "note_off") or event.channel == _DRUMS:
            continue
        starts = sounding.setdefault((event.channel, event.note), [])
        if event.type == "note_on" and event.velocity:
            starts.append(now)
        elif starts:
            yield Note(event.note, starts.pop(0) / quarter, now / quarter)
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
