import numpy as np
import pytest
from keras import ops

from apps.speech.model.spectrum import Normalised, SpectrumDropout, Stacked


def test_normalised():
    frames = np.random.default_rng(0).normal(3, 2, (3, 50, 4)).astype("float32")
    lengths = [50, 20, 0]
    there = np.arange(50) < np.array(lengths)[:, None]
    found = ops.convert_to_numpy(Normalised()(frames, there))
    for row, length in enumerate(lengths):
        part = frames[row, :length]
        if length:
            expected = (part - part.mean(axis=0)) / part.std(axis=0)
            np.testing.assert_allclose(found[row, :length], expected, atol=1e-4)
        assert not found[row, length:].any()


def test_stacked():
    frames = np.arange(2 * 7 * 2, dtype="float32").reshape(2, 7, 2)
    there = np.arange(7) < np.array([[7], [5]])
    found, steps = map(ops.convert_to_numpy, Stacked(3)(frames, there))
    assert found.tolist() == frames[:, :6].reshape(2, 2, 6).tolist()
    assert steps.tolist() == [[True, True], [True, False]]


@pytest.mark.parametrize("axis", [1, 2])
def test_stretches_that_are_dropped(axis):
    """Of each recording its own, of any width up to the most, anywhere."""
    size, most = 30, 5
    count = {1: (0, 0, 1, most), 2: (1, most, 0, 0)}[axis]
    layer = SpectrumDropout(*count, seed=1)
    shape = [2000, 4, 4]
    shape[axis] = size
    ones = np.ones(shape, "float32")
    assert (ops.convert_to_numpy(layer(ones)) == 1).all()
    found = ops.convert_to_numpy(layer(ones, training=True))
    kept = found.take(0, axis=3 - axis)
    assert (found == np.expand_dims(kept, 3 - axis)).all()
    widths = size - kept.sum(axis=1)
    assert set(widths) == set(range(most + 1))
    edges = np.abs(np.diff(np.pad(kept, ((0, 0), (1, 1)), constant_values=1), axis=1))
    assert set(edges.sum(axis=1)) == {0, 2}  # one stretch
    dropped = 1 - kept.mean(axis=0)
    assert dropped.min() > 0 and dropped.max() < 0.2
