"""Words read by their length, each once, and all at once."""

import keras
import numpy as np
import pytest
from keras import ops

from gated.layers import Spelling
from tests.gradients import value_and_gradients

# Two short words, each twice, a long one, and padding between and after them.
WORDS = np.zeros((2, 4, 12), "int32")
WORDS[0, 0, :3] = WORDS[1, 2, :3] = [1, 2, 3]
WORDS[0, 2, :2] = WORDS[0, 3, :2] = [3, 1]
WORDS[1, 0, :11] = [1, 2, 3] * 3 + [1, 1]


class OfTheseWords(Spelling):
    """With an input that there are gradients by."""

    def call(self, x, initial_state=None, mask=None):
        return super().call(ops.convert_to_tensor(WORDS)) + 0 * x


@pytest.fixture
def layers():
    layers = [OfTheseWords(4, 3, 5, at_once=at_once) for at_once in (False, True)]
    for layer in layers:
        layer.build((None, None, 12))
    layers[1].set_weights(layers[0].get_weights())
    return layers


def test_at_once_as_by_length(layers):
    by_length, at_once = (ops.convert_to_numpy(layer(ops.zeros((2, 4, 10)))) for layer in layers)
    np.testing.assert_allclose(by_length, at_once, atol=1e-5)
    assert (by_length[0, 1] == 0).all() and (by_length[1, 3] == 0).all()
    np.testing.assert_allclose(by_length[0, 0], by_length[1, 2], atol=1e-6)
    assert np.abs(by_length[0, 0] - by_length[0, 2]).max() > 1e-3


@pytest.mark.skipif(
    keras.backend.backend() == "jax",
    reason="these gradients are compiled, where JAX does not know how many words are short",
)
def test_the_same_gradients(layers):
    x = np.zeros((2, 4, 10), "float32")
    by_length, at_once = (value_and_gradients(layer, x) for layer in layers)
    for one, other in zip(by_length, at_once, strict=True):
        for a, b in zip(one, other, strict=True):
            np.testing.assert_allclose(a, b, atol=1e-5)


@pytest.mark.parametrize("precision", ["mixed_bfloat16", "mixed_float16"])
def test_what_it_computes_in_is_that_of_a_saved_model(precision, tmp_path):
    ids = keras.Input((None, None), dtype="int32")
    model = keras.Model(ids, Spelling(4, 3, 5, at_once=True, dtype=precision)(ids))
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    compute = keras.DTypePolicy(precision).compute_dtype
    found = [ops.convert_to_numpy(ops.cast(one(WORDS), "float64")) for one in (model, loaded)]
    assert loaded(WORDS).dtype == model(WORDS).dtype
    assert keras.backend.standardize_dtype(loaded(WORDS).dtype) == compute
    np.testing.assert_array_equal(*found)
