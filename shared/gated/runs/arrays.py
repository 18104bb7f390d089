"""Arrays in .npz files, which may be a stranger's."""

from pathlib import Path
from zipfile import ZipFile

import numpy as np

_LARGE = 2**28  # bytes
_MOST_EXPANSION = 200  # where that is large; deflate reaches 1,032, single voices of music 66


def load_arrays(path: Path) -> dict[str, np.ndarray]:
    """All arrays of a file, without pickle.

    Raises any kind of error where it is no such file, or would take far more memory than disk: to
    be called within `RunFolder.loading`.
    """
    with ZipFile(path) as archive:
        size = sum(member.file_size for member in archive.infolist())
    if size > max(_LARGE, _MOST_EXPANSION * path.stat().st_size):
        raise ValueError(f"{path.name} would grow to {size:,} bytes")
    with np.load(path, allow_pickle=False) as saved:
        return dict(saved)
