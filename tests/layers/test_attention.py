"""Attention: Keras's own layers, masks, half precision."""

import keras
import numpy as np
import pytest
from keras import ops

from gated.layers import Attention

SCORES = [{"score": "dot"}, {"score": "general"}, {"score": "additive", "units": 5}]
MASK = np.array([[1, 1, 1, 1], [1, 0, 1, 0], [0, 0, 0, 1], [0, 0, 0, 0]], bool)


@pytest.fixture
def random():
    return np.random.default_rng(7)


def numbers(random, *shape):
    return random.normal(size=shape).astype("float32")


def of_keras(layer, queries, sequences, mask):
    """By Keras's layers, which take keys and queries that are multiplied already."""
    weights = [ops.convert_to_numpy(one) for one in layer.get_weights()]
    keys = sequences
    if layer.score == "dot":
        peer = keras.layers.Attention()
    elif layer.score == "general":
        peer, keys = keras.layers.Attention(), sequences @ weights[0]
    else:
        kernel, query_kernel, bias, scale = weights
        peer = keras.layers.AdditiveAttention()
        keys, queries = sequences @ kernel + bias, queries @ query_kernel
        peer.build([queries.shape, sequences.shape, keys.shape])
        peer.set_weights([scale[:, 0]])
    given = [queries, sequences, keys]
    found = peer(given, mask=[None, ops.convert_to_tensor(mask)], return_attention_scores=True)
    return map(ops.convert_to_numpy, found)


@pytest.mark.parametrize("options", SCORES)
def test_as_of_keras(options, random):
    queries, sequences = numbers(random, 4, 3, 6), numbers(random, 4, 4, 6)
    layer = Attention(**options)
    found = layer(queries, sequences, sequences_mask=MASK)
    layer.set_weights([numbers(random, *one.shape) for one in layer.get_weights()])
    found = [ops.convert_to_numpy(one) for one in layer(queries, sequences, sequences_mask=MASK)]
    for ours, theirs in zip(found, of_keras(layer, queries, sequences, MASK), strict=True):
        np.testing.assert_allclose(ours[:3], theirs[:3], atol=1e-5)
        assert not ours[3].any()  # of nothing


@pytest.mark.parametrize("options", SCORES)
def test_one_query_at_a_time_sees_the_same(options, random):
    queries, sequences = numbers(random, 4, 3, 6), numbers(random, 4, 4, 6)
    layer = Attention(**options)
    contexts, weights = map(ops.convert_to_numpy, layer(queries, sequences, sequences_mask=MASK))
    prepared = layer.prepare(ops.convert_to_tensor(sequences), ops.convert_to_tensor(MASK))
    for t in range(3):
        context, p = layer.attend(ops.convert_to_tensor(queries[:, t]), prepared)
        np.testing.assert_allclose(ops.convert_to_numpy(context), contexts[:, t], atol=1e-5)
        np.testing.assert_allclose(ops.convert_to_numpy(p), weights[:, t], atol=1e-5)


@pytest.mark.parametrize("options", SCORES)
def test_what_is_masked_does_not_matter(options, random):
    queries, sequences = numbers(random, 4, 3, 6), numbers(random, 4, 4, 6)
    layer = Attention(**options)
    expected, _ = layer(queries, sequences, sequences_mask=MASK)
    sequences[~MASK] = 1e4
    found, weights = layer(queries, sequences, sequences_mask=MASK)
    np.testing.assert_array_equal(ops.convert_to_numpy(found), ops.convert_to_numpy(expected))
    sums = ops.convert_to_numpy(weights).sum(-1)
    np.testing.assert_allclose(sums, np.repeat([1, 1, 1, 0], 3).reshape(4, 3), atol=1e-6)


@pytest.mark.parametrize("options", SCORES)
@pytest.mark.parametrize("precision", ["mixed_bfloat16", "mixed_float16"])
def test_half_precision(options, precision, random):
    queries, sequences = numbers(random, 4, 3, 6), numbers(random, 4, 4, 6)
    whole, half = Attention(**options), Attention(**options, dtype=precision)
    expected = whole(queries, sequences, sequences_mask=MASK)
    half(queries, sequences, sequences_mask=MASK)
    half.set_weights(whole.get_weights())
    found = half(queries, sequences, sequences_mask=MASK)
    assert keras.backend.standardize_dtype(found[1].dtype) == "float32"
    for one, other in zip(found, expected, strict=True):
        one, other = (ops.convert_to_numpy(ops.cast(x, "float32")) for x in (one, other))
        np.testing.assert_allclose(one, other, atol=0.05)


@pytest.mark.parametrize(
    "options", [{"score": "cosine"}, {"score": "additive"}, {"score": "dot", "units": 3}]
)
def test_options_that_make_no_sense(options):
    with pytest.raises(ValueError, match="Received: "):
        Attention(**options)


@pytest.mark.parametrize("options", SCORES)
def test_the_mask_that_sequences_come_with(options, random):
    queries = numbers(random, 2, 3, 6)
    ids = np.array([[1, 2, 3, 0], [4, 0, 0, 0]])
    sequences = keras.layers.Embedding(5, 6, mask_zero=True)(ids)
    found = Attention(**options)(queries, sequences)[1]
    assert (ops.convert_to_numpy(found)[:, :, :] > 0).tolist() == [[[*row]] * 3 for row in ids > 0]
