"""What pieces are like, and how much of one stands in others."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ..reading.piece import KEYS, LOWEST, Piece

PITCH_CLASSES = ("C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B")

# How well each pitch class, from the tonic, fits a key: Krumhansl, Cognitive Foundations of Musical
# Pitch, 1990, table 2.1 (Krumhansl and Kessler 1982).
_FITS_MAJOR = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
_FITS_MINOR = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)

_MAJOR = (0, 2, 4, 5, 7, 9, 11)
_MINOR = (0, 2, 3, 5, 7, 8, 10, 11)

_BETWEEN = -1  # the shape of what stands between two pieces


class Key(NamedTuple):
    """A major or minor key."""

    tonic: int  # pitch class, 0 for C
    minor: bool

    def __str__(self):
        return f"{PITCH_CLASSES[self.tonic]} {'minor' if self.minor else 'major'}"

    @property
    def scale(self) -> list[int]:
        """Its pitch classes. Of minor the natural scale and the raised seventh: eight."""
        return [(self.tonic + step) % 12 for step in (_MINOR if self.minor else _MAJOR)]


@dataclass(frozen=True)
class Statistics:
    """What pieces are like. Pieces count by their length; shares are of the time notes sound.

    Attributes:
        notes_per_quarter: how many notes begin in a quarter.
        sounding: how many notes sound at once, silence counted.
        in_key: share of the notes that belong to the scale of their piece's key, see `key_of`;
            0 if no notes sound.
        pitch_classes: shares of the 12 pitch classes from C; zeros if no notes sound.
    """

    notes_per_quarter: float
    sounding: float
    in_key: float
    pitch_classes: tuple[float, ...]


def statistics_of(pieces: Iterable[Piece]) -> Statistics:
    """Of pieces together. Raises ValueError if they have no frames at all."""
    quarters = notes = 0.0
    classes, in_key = np.zeros(12), 0.0
    for piece in pieces:
        quarters += len(piece.frames) / piece.grid
        notes += len(piece.notes())
        durations = _durations(piece)
        classes += durations
        if key := _best_key(durations):
            in_key += durations[key.scale].sum()
    if not quarters:
        raise ValueError("statistics of nothing: no piece has a frame")
    sounding = classes.sum()
    return Statistics(
        notes_per_quarter=notes / quarters,
        sounding=float(sounding / quarters),
        in_key=float(in_key / sounding) if sounding else 0.0,
        pitch_classes=tuple((classes / (sounding or 1)).tolist()),
    )


def key_of(piece: Piece) -> Key | None:
    """The key whose profile the durations of the pitch classes correlate with most.

    Krumhansl and Schmuckler's algorithm, with the profiles of Krumhansl and Kessler.

    Returns:
        The key, or None where none is likelier than others: silence, all pitch classes alike.
    """
    return _best_key(_durations(piece))


def _durations(piece: Piece) -> np.ndarray:
    """[12], how many quarters each pitch class sounds, from C."""
    keys = piece.sounding.sum(axis=0, dtype=int) / piece.grid
    return np.bincount((LOWEST + np.arange(KEYS)) % 12, keys, minlength=12)


def _best_key(durations: np.ndarray) -> Key | None:
    if np.ptp(durations) == 0:
        return None
    keys = [Key(tonic, minor) for minor in (False, True) for tonic in range(12)]
    profiles = [np.roll(_FITS_MINOR if key.minor else _FITS_MAJOR, key.tonic) for key in keys]
    return keys[int(np.argmax(np.corrcoef([durations, *profiles])[0, 1:]))]


@dataclass(frozen=True)
class Copy:
    """A passage of a piece that stands in another, perhaps higher or lower.

    Attributes:
        name: of the other piece.
        start: of the passage in the piece, in frames.
        source_start: of the passage in the other, in frames.
        frames: its length.
        quarters: its length.
        changes: how often, within the passage, a frame sounds other notes than the one before.
        semitones: how much higher it is in the piece than in the other.
    """

    name: str
    start: int
    source_start: int
    frames: int
    quarters: float
    changes: int
    semitones: int


class Passages:
    """All passages of pieces, in every transposition, for `longest_copy` to look for."""

    def __init__(self, pieces: Sequence[Piece]):
        """Raises ValueError if the pieces differ in their grid."""
        if len({piece.grid for piece in pieces}) > 1:
            raise ValueError("passages of pieces on different grids cannot be compared")
        self.pieces = pieces
        self._numbers: dict[tuple[bytes, int | None], int] = {}
        # Of all pieces one after the other, with a _BETWEEN before each.
        shapes: list[int] = [_BETWEEN]
        steps: list[int] = [_BETWEEN]
        starts = []
        for piece in pieces:
            starts.append(len(shapes))
            of_piece = self.encode(piece)
            shapes += [*of_piece[0], _BETWEEN]
            steps += [*of_piece[1], _BETWEEN]
        self.starts = np.array(starts)
        self.shapes = np.array(shapes, "int32")
        self.steps = np.array(steps, "int32")

    def encode(self, piece: Piece) -> tuple[list[int], list[int]]:
        """Of each frame the number of its shape, and that of its shape and step together.

        The shape is the notes as seen from the lowest; the step is from the lowest note of the last
        frame that sounded. So two passages that begin with a sounding frame are transpositions of
        each other where the shapes of the first frames and the steps of all others are equal.
        """
        sounding = piece.sounding
        frames, keys = np.nonzero(sounding)
        lows = _lows(piece)
        shape_bits = np.zeros_like(sounding)
        shape_bits[frames, keys - lows[frames]] = 1
        rows = np.packbits(shape_bits, axis=1)
        shapes, steps, last = [], [], None
        for row, low in zip(map(bytes, rows), lows.tolist(), strict=True):
            step = 0
            if any(row):
                step = 0 if last is None else low - last
                last = low
            shapes.append(self._numbers.setdefault((row, None), len(self._numbers)))
            steps.append(self._numbers.setdefault((row, step), len(self._numbers)))
        return shapes, steps


def longest_copy(piece: Piece, training: Passages) -> Copy | None:
    """The longest passage of a piece that stands in a training piece, at any transposition.

    Which notes sound in each frame must be equal, not which are struck: what is struck may not be
    known of all pieces. The longest passage is the one in which the notes change most often, and
    of such the one with most frames: neither silence nor a chord that lasts is a copy, however
    long. A passage begins and ends with a frame that sounds.

    The time it takes is in proportion to the frames of the piece times those of the training
    pieces: a tenth of a second for 250 times 175,000.

    Returns:
        None if no passage with a change is in both.

    Raises:
        ValueError: if the piece's grid is another than the training pieces'.
    """
    if any(other.grid != piece.grid for other in training.pieces[:1]):
        raise ValueError(f"grid {piece.grid} where that of the training pieces is another")
    sounding = piece.sounding
    loud = np.flatnonzero(sounding.any(axis=1))
    # changes[t]: how many frames up to t differ from the one before
    changes = np.append(0, (sounding[1:] != sounding[:-1]).any(axis=1).cumsum())
    best, found = (0, 0), None
    lengths = np.zeros(len(training.shapes), "int32")
    for t, (shape, step) in enumerate(zip(*training.encode(piece), strict=True)):
        # lengths[j]: how many frames up to t are also those up to j
        grown = np.where(training.steps[1:] == step, lengths[:-1] + 1, 0)
        lengths[1:] = np.maximum(grown, training.shapes[1:] == shape)
        j = int(lengths.argmax())
        if not sounding[t].any() or not lengths[j]:
            continue
        start = int(loud[np.searchsorted(loud, t - lengths[j] + 1)])
        size = int(changes[t] - changes[start]), t + 1 - start
        if size[0] and size > best:
            best, found = size, (start, j - t + start)
    if found is None:
        return None
    start, place = found
    number = int(np.searchsorted(training.starts, place, side="right")) - 1
    source, source_start = training.pieces[number], place - int(training.starts[number])
    return Copy(
        name=source.name,
        start=start,
        source_start=source_start,
        frames=best[1],
        quarters=best[1] / piece.grid,
        changes=best[0],
        semitones=int(_lows(piece)[start]) - int(_lows(source)[source_start]),
    )


def _lows(piece: Piece) -> np.ndarray:
    """[t], the lowest key that sounds; 0 where none does."""
    return piece.sounding.argmax(axis=1)
