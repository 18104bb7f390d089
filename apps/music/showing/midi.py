"""MIDI files that are written."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import mido
import numpy as np

from gated.whole import write_whole

from ..reading.piece import Piece

_TICKS = 480  # a quarter; 24 divides it, and so do all its divisors
_LOUDNESS = 80


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
