"""MIDI files."""

from collections.abc import Iterator
from fractions import Fraction
from io import BytesIO
from pathlib import Path

import mido
import numpy as np

from apps.music.making import Bars, make_piece
from apps.music.piece import Note, Piece
from gated.errors import BadData
from gated.runs.folder import write_whole
from gated.text.files import read_bytes

ENDINGS = (".mid", ".midi")

_TICKS = 480  # a quarter, in files that are written; 24 divides it, and so do all its divisors
_DRUMS = 9  # channel 10, as musicians count
_LOUDNESS = 80


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


def write_midi(piece: Piece, path: str | Path) -> None:
    """Writes a piece as a MIDI file of one track: its tempo, its metre, and its notes.

    Where the frames have their places in bars, there is a time signature wherever the length of
    the bars changes, such as after a pickup. `read_midi` gives the same frames back, but for
    silence at the end.
    """
    frame = _TICKS // piece.grid if _TICKS % piece.grid == 0 else _TICKS
    quarter = frame * piece.grid
    pace = min(max(1, mido.bpm2tempo(piece.tempo)), 2**24 - 1)  # what three bytes hold
    metas = [
        mido.MetaMessage("set_tempo", tempo=pace, time=0),
        *(
            mido.MetaMessage(
                "time_signature", numerator=over, denominator=under, time=first * frame
            )
            for first, (over, under) in _signatures(piece)
        ),
    ]
    sounds = []
    for pitch, start, end in piece.notes():
        for kind, place in (("note_on", start), ("note_off", end)):
            message = mido.Message(
                kind, note=pitch, velocity=_LOUDNESS, time=round(place * quarter)
            )
            sounds.append(message)
    # At one time, what ends before what begins.
    sounds.sort(key=lambda message: (message.time, message.type == "note_on"))
    track = mido.MidiTrack()
    now = 0
    for message in sorted([*metas, *sounds], key=lambda message: message.time):
        track.append(message.copy(time=message.time - now))
        now = message.time
    track.append(mido.MetaMessage("end_of_track", time=len(piece.frames) * frame - now))
    file = mido.MidiFile(type=0, ticks_per_beat=quarter, tracks=[track])
    write_whole(Path(path), file.save)


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


def _signatures(piece: Piece) -> Iterator[tuple[int, tuple[int, int]]]:
    """Where a metre begins, by frame, and which; so that each bar has its length."""
    if piece.metre is None:
        return
    over, under = piece.metre
    whole = Fraction(4 * over, under) * piece.grid
    before = None
    starts = np.flatnonzero(piece.positions == 1).tolist()
    if not starts or starts[0]:
        starts.insert(0, 0)
    for first, after in zip(starts, [*starts[1:], len(piece.frames)], strict=True):
        length = after - first
        last = after == len(piece.frames)
        if length in (int(whole), int(-(-whole // 1))) or last or not piece.positions.any():
            signature = piece.metre
        else:
            part = Fraction(length, 4 * piece.grid)
            scale = max(1, under // part.denominator)
            signature = (part.numerator * scale, part.denominator * scale)
            # A file can only name powers of 2.
            if part.denominator & (part.denominator - 1) or signature[0] > 255:
                signature = piece.metre
        if signature != before:
            yield first, signature
        before = signature
