"""Pieces as batches for training."""

from array import array
from collections.abc import Sequence
from itertools import pairwise

import keras
import numpy as np

from ..config import Config
from ..reading.piece import KEYS, Piece

_LENGTHS = 32  # batches are as long as a multiple of this: few shapes to compile


class Batches(keras.utils.PyDataset):
    """Parts of pieces, moved up and down and cut elsewhere in every epoch.

    A batch is ((frames [b, t + 1, 88], positions [b, t]), counted [b, t]): frames has the one
    before the first too, and counted is 0 where a part is padded.
    """

    def __init__(self, pieces: Sequence[Piece], config: Config):
        super().__init__()
        self.pieces = pieces
        self.config = config
        self.lengths = np.array([len(piece.frames) for piece in pieces])
        self.keys = np.array([_compass(piece) for piece in pieces])
        self.epoch = 0
        self._draw()

    def on_epoch_end(self):
        self.epoch += 1
        self._draw()

    def _draw(self):
        rng = np.random.default_rng((self.config.seed, self.epoch))
        steps, found = self.config.steps, array("q")
        for i, (length, keys) in enumerate(zip(self.lengths.tolist(), self.keys, strict=True)):
            # Cut anywhere, so that no part of a long piece always comes first after zero states.
            first = int(rng.integers(1, steps + 1)) if length > steps else steps
            starts = [0, *range(first, length, steps)]
            shift = _shift(keys.tolist(), self.config.transpose, rng)
            for start, end in pairwise([*starts, length]):
                found.extend((i, start, end, shift))
        parts = np.frombuffer(found, "int64").reshape(-1, 4)
        # Parts of like length side by side, the batches in any order.
        order = np.lexsort((rng.random(len(parts)), parts[:, 2] - parts[:, 1]))
        batches = np.array_split(parts[order], len(self))
        self.batches = [batches[i] for i in rng.permutation(len(self))]

    def __len__(self):
        parts = int((-(-self.lengths // self.config.steps)).sum())
        return -(-parts // self.config.batch_size)

    def __getitem__(self, number):
        parts = self.batches[number].tolist()
        longest = max(end - start for _, start, end, _ in parts)
        # Keras takes a length that the first two batches share for that of all; so they share none.
        longest = -(-longest // _LENGTHS) * _LENGTHS if number else self.config.steps + _LENGTHS
        frames = np.zeros((len(parts), longest + 1, KEYS), "int32")
        positions = np.zeros((len(parts), longest), "int32")
        counted = np.zeros((len(parts), longest), "float32")
        for row, (i, start, end, shift) in enumerate(parts):
            piece, length = self.pieces[i], end - start
            first = max(start - 1, 0)
            frames[row, first - start + 1 : length + 1] = moved(piece.frames[first:end], shift)
            positions[row, :length] = piece.positions[start:end]
            counted[row, :length] = 1
        return (frames, positions), counted


def moved(frames: np.ndarray, semitones: int) -> np.ndarray:
    """Frames [t, 88] up by so many semitones; no note may leave the keys."""
    return np.roll(frames, semitones, axis=1)


def _compass(piece: Piece) -> tuple[int, int]:
    """The lowest and the highest key of a piece, KEYS and -1 where it has no notes."""
    keys = np.flatnonzero(piece.frames.any(axis=0))
    return (int(keys[0]), int(keys[-1])) if len(keys) else (KEYS, -1)


def _shift(keys: Sequence[int], most: int, rng: np.random.Generator) -> int:
    lowest, highest = keys
    if lowest > highest:
        return 0
    low, high = max(-most, -lowest), min(most, KEYS - 1 - highest)
    return int(rng.integers(low, high + 1))
