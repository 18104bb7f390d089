"""Pieces in a file of arrays, as runs and the cache hold them."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from gated.runs.arrays import load_arrays

from .piece import KEYS, Piece


def save_pieces(path: Path, pieces: Sequence[Piece]) -> None:
    """Writes pieces as a compressed .npz file, without pickle."""
    np.savez_compressed(
        path,
        names=np.array([piece.name for piece in pieces]),
        lengths=np.array([len(piece.frames) for piece in pieces]),
        frames=np.concatenate([piece.frames for piece in pieces]),
        positions=np.concatenate([piece.positions for piece in pieces]),
        grids=np.array([piece.grid for piece in pieces]),
        tempos=np.array([piece.tempo for piece in pieces]),
        # 0 for none.
        metres=np.array([piece.metre or (0, 0) for piece in pieces]),
    )


def load_pieces(path: Path) -> list[Piece]:
    """Raises one of many errors where that is no such file: see `RunFolder.loading`."""
    arrays = load_arrays(path)
    lengths, frames, positions = (arrays[name] for name in ("lengths", "frames", "positions"))
    wanted = [("uint8", (lengths.sum(), KEYS)), ("uint8", (lengths.sum(),))]
    if [(array.dtype, array.shape) for array in (frames, positions)] != wanted or min(lengths) < 1:
        raise ValueError(f"{path.name} holds no pieces")
    ends = np.cumsum(lengths)[:-1]
    parts = [np.split(array, ends) for array in (frames, positions)]
    metres = [tuple(map(int, metre)) if metre[0] else None for metre in arrays["metres"]]
    singles = [arrays[name].tolist() for name in ("names", "grids", "tempos")]
    return [
        Piece(name, frames, positions, grid, tempo, metre)
        for name, grid, tempo, metre, frames, positions in zip(
            *singles, metres, *parts, strict=True
        )
    ]
