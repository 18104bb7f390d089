"""A piece of music as frames, and as notes; and how readers make one of notes and bars."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from gated.errors import BadData
from gated.reading.stored import Stored

from .bars import Bars, positions_of

LOWEST = 21  # the MIDI number of a piano's lowest key, A0
KEYS = 88
SILENT, HELD, STRUCK = 0, 1, 2
LONGEST = 100_000  # frames: three hours of sixteenths at 120 quarters a minute


class Note(NamedTuple):
    """A note, from `start` to `end` in quarters of the piece."""

    pitch: int  # MIDI number
    start: float
    end: float


@dataclass(frozen=True)
class Piece:
    """The keys of a piano, frame by frame.

    Attributes:
        name: where it comes from: a file, or a file and the tune's number or title.
        frames: uint8 [t, 88], `SILENT`, `HELD` or `STRUCK`; where it is not known which notes are
            struck, `SILENT` or `HELD`.
        positions: uint8 [t], the number of the frame in its bar, from 1; 0 where no bars are known.
        grid: frames a quarter.
        tempo: quarters a minute.
        metre: such as (3, 4); None if unknown.
    """

    name: str
    frames: np.ndarray
    positions: np.ndarray
    grid: int = 4
    tempo: float = 120.0
    metre: tuple[int, int] | None = None

    @property
    def sounding(self) -> np.ndarray:
        """uint8 [t, 88], 1 where a note sounds."""
        return (self.frames > SILENT).astype("uint8")

    def notes(self) -> list[Note]:
        """Those that sound, by start and pitch. Of a note struck again while it sounds, each."""
        found = []
        before = np.zeros(KEYS, "uint8")
        starts: dict[int, int] = {}
        for t, frame in enumerate(np.vstack([self.frames, before])):
            for key in np.flatnonzero((before > 0) & (frame != HELD)).tolist():
                found.append(Note(LOWEST + key, starts[key] / self.grid, t / self.grid))
            for key in np.flatnonzero((frame == STRUCK) | ((frame > 0) & (before == 0))).tolist():
                starts[key] = t
            before = frame
        return sorted(found, key=lambda note: (note.start, note.pitch))


def stored(run: Path, pieces: Iterable[Piece] = ()) -> Stored[Piece]:
    """A list of pieces in a file, as `Stored` has it."""
    return Stored(run, pieces, _packed, _unpacked)


def _packed(piece: Piece) -> bytes:
    single = (piece.name, piece.grid, piece.tempo, piece.metre)
    return b"".join(
        [json.dumps(single).encode(), b"\n", piece.frames.tobytes(), piece.positions.tobytes()]
    )


def _unpacked(content: bytes) -> Piece:
    head, _, rest = content.partition(b"\n")
    name, grid, tempo, metre = json.loads(head)
    arrays = np.frombuffer(rest, "uint8")
    length = len(arrays) // (KEYS + 1)
    frames = arrays[: length * KEYS].reshape(length, KEYS)
    return Piece(name, frames, arrays[length * KEYS :], grid, tempo, metre and tuple(metre))


def frames_of(notes: Iterable[Note], grid: int, length: int | None = None) -> np.ndarray:
    """Notes on a grid: their starts and ends at the nearest frame, no note shorter than one.

    Of notes of one pitch that overlap the later is struck while the other still sounds.

    Args:
        notes: those off the piano's keys are left out.
        grid: frames a quarter.
        length: how many frames; the fewest that hold all notes if not given.

    Returns:
        uint8 [t, 88].
    """
    placed = []
    for note in notes:
        start = round(note.start * grid)
        placed.append((start, max(start + 1, round(note.end * grid)), note.pitch - LOWEST))
    if length is None:
        length = max((end for _, end, _ in placed), default=0)
    frames = np.zeros((length, KEYS), "uint8")
    placed = [(start, end, key) for start, end, key in placed if 0 <= key < KEYS]
    for start, end, key in placed:
        frames[start:end, key] = HELD
    for start, _, key in placed:
        if start < length:
            frames[start, key] = STRUCK
    return frames


def make_piece(
    name: str,
    notes: Sequence[Note],
    bars: Iterable[Bars],
    grid: int,
    tempo: float,
    metre: tuple[int, int] | None,
    remarks: list[str] | None = None,
) -> Piece:
    """A piece up to the end of its last note.

    Args:
        name: as of `Piece`.
        notes: those off the piano's keys are left out.
        bars: in the order of their starts.
        grid: frames a quarter.
        tempo: quarters a minute.
        metre: the first one, if known.
        remarks: where it is said how many notes were left out.

    Raises:
        BadData: if there is no note on the keys, or the piece is longer than `LONGEST`.
    """
    audible = [note for note in notes if 0 <= note.pitch - LOWEST < KEYS]
    if not audible:
        raise BadData(f"{name}: no notes" + (f" on the {KEYS} keys of a piano" if notes else ""))
    if (end := max(note.end for note in audible)) * grid > LONGEST:
        raise BadData(
            f"{name}: {end:,.0f} quarters long, more than the {LONGEST // grid:,} that are read"
        )
    if remarks is not None and (off := len(notes) - len(audible)):
        remarks.append(
            f"{name}: {off} {'note' if off == 1 else 'notes'} outside the {KEYS} keys of a piano "
            "left out"
        )
    frames = frames_of(audible, grid)
    return Piece(name, frames, positions_of(bars, grid, len(frames)), grid, tempo, metre)
