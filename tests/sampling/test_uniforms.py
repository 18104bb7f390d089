"""The random numbers of the samples."""

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gated.sampling import uniforms

SEEDS = st.integers(0, 2**64 - 1)


@settings(deadline=None)
@given(seed=SEEDS, length=st.integers(1, 20), more=st.integers(0, 9), row=st.integers(0, 50))
def test_a_row_depends_on_the_seed_and_its_number_alone(seed, length, more, row):
    alone = uniforms(seed, 1, length, first=row)
    np.testing.assert_array_equal(uniforms(seed, row + 1, length + more)[row, :length], alone[0])


def test_they_are_uniform():
    found = uniforms(7, 400, 500)
    assert found.dtype == "float32" and found.min() >= 0 and found.max() < 1
    counts, _ = np.histogram(found, bins=64, range=(0, 1))
    expected = found.size / 64
    chi_square = ((counts - expected) ** 2 / expected).sum()
    assert chi_square < 63 + 5 * np.sqrt(2 * 63)
    # Neither rows nor steps go together.
    assert abs(np.corrcoef(found[:-1].ravel(), found[1:].ravel())[0, 1]) < 0.01
    assert abs(np.corrcoef(found[:, :-1].ravel(), found[:, 1:].ravel())[0, 1]) < 0.01


@pytest.mark.skipif(
    keras.backend.backend() != "tensorflow",
    reason="needs TensorFlow; the numbers are NumPy's on every backend",
)
@settings(deadline=None)
@given(seed=SEEDS, length=st.integers(1, 30), row=st.integers(0, 2**40))
def test_they_are_those_of_tensorflow(seed, length, row):
    import tensorflow as tf

    expected = tf.raw_ops.StatelessRandomUniformV2(
        shape=[length],
        key=tf.constant([seed], tf.uint64),
        counter=tf.constant([0, row], tf.uint64),
        alg=1,
    )
    np.testing.assert_array_equal(uniforms(seed, 1, length, first=row)[0], expected)
