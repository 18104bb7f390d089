"""Piano rolls in MATLAB files."""

import numpy as np
import pytest
import scipy.io

from apps.music.reading.piece import HELD, KEYS
from apps.music.reading.rolls import read_rolls
from gated.errors import BadData

NAMES = ("traindata", "validdata", "testdata")


def cells(*arrays):
    found = np.empty((1, len(arrays)), object)
    found[0, :] = arrays
    return found


def test_read_rolls(tmp_path):
    rng = np.random.default_rng(0)
    rolls = [rng.integers(0, 2, (t, KEYS)).astype("uint8") for t in (3, 5, 7, 9)]
    sets = [cells(*rolls[:2]), cells(rolls[2]), cells(rolls[3])]
    path = tmp_path / "x.mat"
    scipy.io.savemat(path, dict(zip(NAMES, sets, strict=True)))
    read = read_rolls(path, 2)
    assert [len(read[which]) for which in ("train", "valid", "test")] == [2, 1, 1]
    pieces = [piece for pieces in read.values() for piece in pieces]
    for piece, roll in zip(pieces, rolls, strict=True):
        assert (piece.frames == HELD * roll).all() and piece.frames.dtype == np.uint8
        assert piece.positions.tolist() == [0] * len(roll)
        assert (piece.metre, piece.grid) == (None, 2)
    assert pieces[1].name == f"{path}, traindata 2"


@pytest.mark.parametrize(
    ("arrays", "problem"),
    [
        ({"x": np.zeros((3, KEYS))}, "no traindata, found x; expected a MATLAB file with"),
        (dict.fromkeys(NAMES, cells(np.zeros((3, 12)))), "traindata 1: an array [3, 12], expected"),
        (dict.fromkeys(NAMES, cells(np.zeros((0, KEYS)))), "traindata 1: 0 frames, expected 1 to"),
        (dict.fromkeys(NAMES, np.zeros((2, KEYS))), "traindata 1: an array [], expected"),
    ],
)
def test_files_of_another_kind(tmp_path, arrays, problem):
    scipy.io.savemat(tmp_path / "x.mat", arrays)
    with pytest.raises(BadData) as error:
        read_rolls(tmp_path / "x.mat", 4)
    assert str(error.value).removeprefix(f"{tmp_path / 'x.mat'}")[2:].startswith(problem)


@pytest.mark.parametrize("content", [b"", b"no MATLAB", b"MATLAB 5.0 MAT-file" + bytes(200)])
def test_files_that_are_not_matlab(tmp_path, content):
    (tmp_path / "x.mat").write_bytes(content)
    with pytest.raises(BadData, match=r"x\.mat: (not a MATLAB file with|no traindata)") as error:
        read_rolls(tmp_path / "x.mat", 4)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("name", "pieces", "frames"),
    [
        ("JSB_Chorales", [229, 76, 77], [13807, 4602, 4725]),
        ("Nottingham", [694, 173, 170], [176561, 45513, 44463]),
    ],
)
@pytest.mark.slow
def test_real_files(corpora, name, pieces, frames):
    sets = read_rolls(corpora / "music" / "polyphonic" / f"{name}.mat", 4).values()
    assert [len(found) for found in sets] == pieces
    assert [sum(len(piece.frames) for piece in found) for found in sets] == frames
