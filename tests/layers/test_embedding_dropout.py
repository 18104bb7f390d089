"""Dropout of whole tokens."""

import keras
import numpy as np
import pytest

from gated.layers import EmbeddingDropout

TOKENS, RATE = 400, 0.25


def numpy(output):
    return keras.ops.convert_to_numpy(output)


@pytest.fixture
def inputs():
    random = np.random.default_rng(0)
    return random.integers(0, TOKENS, (8, 200)), random.normal(size=(8, 200, 3)).astype("float32")


def test_a_token_is_dropped_wherever_it_stands(inputs):
    ids, vectors = inputs
    output = numpy(EmbeddingDropout(TOKENS, RATE)(ids, vectors, training=True))
    kept = (output != 0).all(axis=-1)
    np.testing.assert_allclose(output, vectors / (1 - RATE) * kept[..., None], rtol=1e-6)
    dropped = [set(kept[ids == token]) for token in np.unique(ids)]
    assert {len(one) for one in dropped} == {1}
    share = np.mean([one == {False} for one in dropped])
    assert abs(share - RATE) < 4 * np.sqrt(RATE * (1 - RATE) / len(dropped))


def test_only_in_training_and_again_with_the_same_seed(inputs):
    one, another = (EmbeddingDropout(TOKENS, RATE, seed=3) for _ in range(2))
    np.testing.assert_array_equal(numpy(one(*inputs)), inputs[1])
    np.testing.assert_array_equal(
        numpy(EmbeddingDropout(TOKENS, 0.0)(*inputs, training=True)), inputs[1]
    )
    first, second = (numpy(one(*inputs, training=True)) for _ in range(2))
    assert (first != second).any()
    np.testing.assert_array_equal(numpy(another(*inputs, training=True)), first)


def test_saved_and_loaded(tmp_path):
    ids = keras.Input((None,), dtype="int32")
    read = keras.layers.Embedding(TOKENS, 3)(ids)
    model = keras.Model(ids, EmbeddingDropout(TOKENS, RATE, seed=3)(ids, read))
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert loaded.layers[-1].get_config() == model.layers[-1].get_config()
    x = np.arange(12).reshape(3, 4)
    np.testing.assert_array_equal(numpy(loaded(x)), numpy(model(x)))


@pytest.mark.parametrize("rate", [-0.1, 1.0])
def test_a_rate_that_is_none(rate):
    with pytest.raises(ValueError, match=f"rate={rate}"):
        EmbeddingDropout(TOKENS, rate)
