"""Arrays in .npz files, which may be a stranger's."""

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import numpy as np

_LARGE = 2**28  # bytes
_MOST_EXPANSION = 200  # where that is large; deflate reaches 1,032, single voices of music 66


def save_arrays(path: Path, arrays: Iterable[tuple[str, Any]]) -> None:
    """Writes arrays, or what becomes one, by their names, with one in memory at a time.

    The file is one of `numpy.savez`, which makes arrays of all first.
    """
    with ZipFile(path, "w") as archive:
        for name, array in arrays:
            with archive.open(f"{name}.npy", "w", force_zip64=True) as file:
                np.lib.format.write_array(file, np.asanyarray(array), allow_pickle=False)


@contextlib.contextmanager
def open_arrays(path: Path) -> Iterator[Mapping[str, np.ndarray]]:
    """The arrays of a file, of which each is read when it is asked for, without pickle.

    Raises any kind of error where it is no such file, or would take far more memory than disk: to
    be called within `RunFolder.loading`.
    """
    with ZipFile(path) as archive:
        size = sum(member.file_size for member in archive.infolist())
    if size > max(_LARGE, _MOST_EXPANSION * path.stat().st_size):
        raise ValueError(f"{path.name} would grow to {size:,} bytes")
    with np.load(path, allow_pickle=False) as saved:
        yield saved


def load_arrays(path: Path) -> dict[str, np.ndarray]:
    """All of `open_arrays`."""
    with open_arrays(path) as saved:
        return dict(saved)
