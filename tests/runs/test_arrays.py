"""Arrays from strangers."""

import numpy as np
import pytest

from gated.runs.arrays import load_arrays, save_arrays
from tests.apps import tampered


def test_arrays(tmp_path):
    np.savez(tmp_path / "x.npz", a=np.arange(3), b=2.5)
    found = load_arrays(tmp_path / "x.npz")
    assert sorted(found) == ["a", "b"] and found["a"].tolist() == [0, 1, 2] and found["b"] == 2.5


def test_saved_as_numpy_saves(tmp_path):
    arrays = {"n": 3, "x": np.arange(6, dtype="float32").reshape(2, 3), "empty": np.zeros((0, 2))}
    save_arrays(tmp_path / "x.npz", arrays.items())
    np.savez(tmp_path / "y.npz", **arrays)
    found, expected = (load_arrays(tmp_path / name) for name in ("x.npz", "y.npz"))
    assert list(found) == list(expected)
    for name, array in expected.items():
        assert (found[name].dtype, found[name].shape) == (array.dtype, array.shape)
        assert (found[name] == array).all()


def code(path):
    np.savez(path, a=np.array([tampered.Pickled()], object))
    tampered.RAN.clear()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (code, "allow_pickle=False"),
        (tampered.zeros, "would grow to 268,435,457 bytes"),
        (lambda path: np.save(path.open("wb"), np.zeros(3)), "not a zip file"),
    ],
)
def test_what_is_refused(tmp_path, change, message):
    path = tmp_path / "x.npz"
    change(path)
    with pytest.raises(Exception, match=message):
        load_arrays(path)
    assert not tampered.RAN
