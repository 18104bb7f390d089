"""Pieces in a file of arrays, as runs and the cache hold them."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import numpy as np
from numpy.typing import DTypeLike

from gated.runs.arrays import load_arrays

from .piece import KEYS, Piece


def save_pieces(path: Path, pieces: Sequence[Piece]) -> None:
    """Writes pieces as a compressed .npz file, without pickle."""
    singles = [
        # The metre is 0 for none.
        (piece.name, len(piece.frames), piece.grid, piece.tempo, piece.metre or (0, 0))
        for piece in pieces
    ]
    names, lengths, grids, tempos, metres = map(np.array, zip(*singles, strict=True))
    frames = int(lengths.sum())
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        _save(archive, "names", names.dtype, names.shape, [names])
        _save(archive, "lengths", lengths.dtype, lengths.shape, [lengths])
        # As `np.savez_compressed` does, but for these, of which a piece is in memory at a time.
        _save(archive, "frames", "uint8", (frames, KEYS), (one.frames for one in pieces))
        _save(archive, "positions", "uint8", (frames,), (one.positions for one in pieces))
        for name, array in (("grids", grids), ("tempos", tempos), ("metres", metres)):
            _save(archive, name, array.dtype, array.shape, [array])


def _save(
    archive: ZipFile, name: str, dtype: DTypeLike, shape: tuple, parts: Iterable[np.ndarray]
) -> None:
    with archive.open(f"{name}.npy", "w", force_zip64=True) as file:
        head = {"descr": np.dtype(dtype).str, "fortran_order": False, "shape": shape}
        np.lib.format.write_array_header_1_0(file, head)
        for part in parts:
            file.write(part.tobytes())


def holds_pieces(path: Path, pieces: Sequence[Piece]) -> bool:
    """Whether a file has the frames of these pieces. Raises as `load_pieces`."""
    with np.load(path, allow_pickle=False) as saved:
        lengths = saved["lengths"]
    if len(lengths) != len(pieces):
        return False
    with ZipFile(path) as archive, archive.open("frames.npy") as file:
        np.lib.format.read_magic(file)
        np.lib.format.read_array_header_1_0(file)
        return all(file.read(one.frames.size) == one.frames.tobytes() for one in pieces) and (
            not file.read(1)
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
