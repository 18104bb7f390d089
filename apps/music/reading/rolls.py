"""Piano rolls in MATLAB files, as those of Boulanger-Lewandowski, Bengio and Vincent 2012."""

from pathlib import Path

import numpy as np

from gated.errors import BadData
from gated.reading.files import read_bytes
from gated.reading.matlab import read_variables

from .piece import HELD, KEYS, LONGEST, Piece

ENDINGS = (".mat",)

_SETS = {"train": "traindata", "valid": "validdata", "test": "testdata"}


def read_rolls(path: str | Path, grid: int) -> dict[str, list[Piece]]:
    """The pieces of each set, `train`, `valid` and `test`.

    The file holds three cell arrays, traindata, validdata and testdata, of [t, 88], 1 where a key
    sounds. Nothing is known of strikes, so every note is held, nor of bars.

    Args:
        path: the file.
        grid: frames a quarter, which the file does not say.

    Raises:
        BadData: if the file is no such file.
    """
    expected = f"a MATLAB file with {', '.join(_SETS.values())}"
    content = read_bytes(path, expected)
    try:
        arrays = read_variables(content)
    except ValueError as error:
        raise BadData(f"{path}: not {expected}: {error}") from None
    for name in _SETS.values():
        if name not in arrays:
            found = ", ".join(arrays) or "nothing"
            raise BadData(f"{path}: no {name}, found {found}; expected {expected}")
    return {
        which: [
            _piece(f"{path}, {name} {number}", roll, grid)
            for number, roll in enumerate(np.ravel(arrays[name]), 1)
        ]
        for which, name in _SETS.items()
    }


def _piece(name: str, roll: np.ndarray, grid: int) -> Piece:
    shape = np.shape(roll)
    if len(shape) != 2 or shape[1] != KEYS or np.asarray(roll).dtype.kind not in "buif":
        raise BadData(f"{name}: an array {list(shape)}, expected numbers [time, {KEYS}]")
    if not len(roll) or len(roll) > LONGEST:
        raise BadData(f"{name}: {len(roll):,} frames, expected 1 to {LONGEST:,}")
    frames = np.where(np.asarray(roll) > 0, HELD, 0).astype("uint8")
    return Piece(name, frames, np.zeros(len(frames), "uint8"), grid)
