"""The training pieces of a run: what new ones are to be like, and must not copy."""

from collections import Counter
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import numpy as np

from gated.runs.folder import RunFolder
from gated.whole import write_whole

from ..reading.npz import holds_pieces, load_pieces, save_pieces
from ..reading.piece import STRUCK, Piece


class Repertoire:
    """Training pieces, and what is usual among them."""

    def __init__(self, pieces: Sequence[Piece]):
        self.pieces = pieces

    @classmethod
    def load(cls, run: RunFolder) -> "Repertoire":
        with run.loading():
            return cls(load_pieces(_path(run)))

    def save(self, run: RunFolder) -> None:
        write_whole(_path(run), lambda path: save_pieces(path, self.pieces))

    def is_saved(self, run: RunFolder) -> bool:
        """Whether a run has the same frames already."""
        with run.loading():
            return holds_pieces(_path(run), self.pieces)

    @property
    def grid(self) -> int:
        return self.pieces[0].grid

    @cached_property
    def strikes(self) -> bool:
        """Whether it is known which notes are struck."""
        return any((piece.frames == STRUCK).any() for piece in self.pieces)

    @cached_property
    def bar(self) -> int:
        """Frames of the longest bar, 0 if no bars are known."""
        return max(int(piece.positions.max(initial=0)) for piece in self.pieces)

    @cached_property
    def voices(self) -> int:
        """The most notes that sound at once."""
        return max(int(piece.sounding.sum(axis=1).max(initial=0)) for piece in self.pieces)

    @cached_property
    def metre(self) -> tuple[int, int] | None:
        """The most usual one of those that are known."""
        known = Counter(piece.metre for piece in self.pieces if piece.metre)
        return known.most_common(1)[0][0] if known else None

    @cached_property
    def tempo(self) -> float:
        """The middle one, quarters a minute."""
        return float(np.median([piece.tempo for piece in self.pieces]))


def _path(run: RunFolder) -> Path:
    return run.path / "pieces.npz"
