"""What a mask means: masked steps change nothing, whatever stands there."""

import keras
import numpy as np
import pytest

from gated.layers import GRU, LSTM, Bidirectional, Deep, SimpleRNN
from tests.gradients import assert_same, randomize, value_and_gradients
from tests.layers.parameters import each

BATCH, LENGTH, FEATURES, UNITS = 4, 5, 2, 3

# Left, right, inner hole, all masked.
MASK = np.array([[0, 0, 1, 1, 1], [1, 1, 1, 0, 0], [1, 0, 1, 0, 1], [0, 0, 0, 0, 0]], bool)

LAYERS = {
    "SimpleRNN": lambda **options: SimpleRNN(UNITS, **options),
    "GRU": lambda **options: GRU(UNITS, **options),
    "GRU simplified": lambda **options: GRU(UNITS, relevance_gate=False, **options),
    "LSTM": lambda **options: LSTM(UNITS, peepholes=True, **options),
    "LSTM backwards": lambda **options: LSTM(UNITS, go_backwards=True, **options),
    "Bidirectional": lambda **options: Bidirectional(LSTM(UNITS, **options)),
    "Deep": lambda **options: Deep([GRU(UNITS, **options), LSTM(UNITS, **options)]),
}
each_layer = pytest.mark.parametrize(
    "make", each(LAYERS, on_jax=["LSTM", "LSTM backwards", "Bidirectional", "Deep"])
)


def built(layer):
    layer.build((None, None, FEATURES))
    return randomize(layer)


def sequences(seed=0, batch=BATCH, length=LENGTH):
    return np.random.default_rng(seed).normal(size=(batch, length, FEATURES))


def states(layer, batch=BATCH):
    rng = np.random.default_rng(1)
    return [rng.normal(size=(batch, size)) for size in layer.state_size]


def numpy(output):
    return keras.ops.convert_to_numpy(output)


@each_layer
def test_what_stands_at_masked_steps_does_not_matter(make):
    layer = built(make(return_sequences=True, return_state=True))
    other = np.where(MASK[..., None], sequences(), 1e3 * sequences(seed=2))
    one, another = (
        value_and_gradients(layer, inputs, states(layer), mask=MASK)
        for inputs in (sequences(), other)
    )
    assert_same(one, another, 1e-6)
    assert not one.inputs[~MASK].any()
    assert one.inputs[MASK].any()


@each_layer
def test_a_row_masked_throughout_keeps_its_states(make):
    layer = built(make(return_sequences=True, return_state=True))
    given = states(layer)
    output, *last = layer(sequences(), initial_state=given, mask=MASK)
    assert not numpy(output)[-1].any()
    for before, after in zip(given, last, strict=True):
        np.testing.assert_allclose(numpy(after)[-1], before[-1], rtol=1e-6)


@each_layer
@pytest.mark.parametrize("side", ["left", "right"])
def test_a_padded_batch_equals_the_lone_sequences(make, side):
    layer = built(make(return_state=True))
    lengths = [3, 5]
    inputs, given = sequences(batch=2), states(layer, batch=2)
    shown = [slice(LENGTH - n, None) if side == "left" else slice(n) for n in lengths]
    mask = np.zeros((2, LENGTH), bool)
    for row, steps in enumerate(shown):
        mask[row, steps] = True
    together = [numpy(output) for output in layer(inputs, initial_state=given, mask=mask)]
    for row, steps in enumerate(shown):
        first = [state[row : row + 1] for state in given]
        alone = layer(inputs[row : row + 1, steps], initial_state=first)
        for one, all_rows in zip(alone, together, strict=True):
            np.testing.assert_allclose(numpy(one)[0], all_rows[row], atol=1e-6)


def test_output_repeats_or_is_zero_at_masked_steps():
    layer = built(LSTM(UNITS, return_sequences=True))
    output = numpy(layer(sequences(), mask=MASK))
    assert not output[0, :2].any()  # before the first step that counts
    assert output[1, 2].all()
    np.testing.assert_array_equal(output[1, 3:], output[1, [2, 2]])
    np.testing.assert_array_equal(output[2, [1, 3]], output[2, [0, 2]])
    layer.zero_output_for_mask = True
    zeroed = numpy(layer(sequences(), mask=MASK))
    np.testing.assert_array_equal(zeroed, np.where(MASK[..., None], output, 0))


@pytest.mark.parametrize(
    "zero, expected", [(False, [True, True, True]), (True, [True, False, True])]
)
def test_last_output_at_a_masked_step(zero, expected):
    layer = built(GRU(UNITS, zero_output_for_mask=zero))
    output = numpy(layer(sequences(), mask=MASK))
    assert output[:3].all(axis=1).tolist() == expected
    assert not output[3].any()


@each_layer
def test_a_mask_of_numbers_is_as_good(make):
    layer = built(make())
    by_numbers = numpy(layer(sequences(), mask=MASK.astype("int32")))
    np.testing.assert_array_equal(by_numbers, numpy(layer(sequences(), mask=MASK)))


@pytest.mark.parametrize("options", [{}, {"unroll": True}, {"checkpoint": True}], ids=str)
@each_layer
def test_what_is_no_number_at_masked_steps_reaches_no_gradient(make, options):
    layer = built(make(return_state=True, **options))
    inputs, rubbish = sequences(), np.where(MASK[..., None], sequences(), np.nan)
    result = value_and_gradients(layer, rubbish, states(layer), mask=MASK)
    assert_same(result, value_and_gradients(layer, inputs, states(layer), mask=MASK), 1e-6)


SHAPES = [(BATCH, LENGTH - 1), (BATCH, LENGTH + 1), (BATCH, 1), (1, LENGTH), (BATCH,)]


@pytest.mark.parametrize("return_sequences", [False, True])
@pytest.mark.parametrize("shape", [*SHAPES, (BATCH, LENGTH, 1)], ids=str)
@each_layer
def test_a_mask_of_another_shape_is_refused(make, shape, return_sequences):
    layer = make(return_sequences=return_sequences)
    with pytest.raises(ValueError, match=r"Expected a mask of the shape \[b, t\], here \(4, 5\)"):
        layer(sequences(), mask=np.ones(shape, bool))


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="elsewhere shapes are known")
def test_a_mask_of_another_length_is_refused_by_a_graph_that_learns_it_late():
    import tensorflow as tf

    layer = built(LSTM(UNITS))
    unknown = [tf.TensorSpec((None, None, FEATURES)), tf.TensorSpec((None, None), "bool")]
    run = tf.function(lambda inputs, mask: layer(inputs, mask=mask), input_signature=unknown)
    assert run(sequences(), MASK).shape == (BATCH, UNITS)
    for length in (LENGTH - 1, LENGTH + 1):
        with pytest.raises(tf.errors.InvalidArgumentError, match="Input to reshape"):
            run(sequences(), np.ones((BATCH, length), bool))


@each_layer
@pytest.mark.parametrize("return_state", [False, True])
@pytest.mark.parametrize("return_sequences", [False, True])
def test_the_mask_goes_on_with_the_sequence(make, return_sequences, return_state):
    layer = make(return_sequences=return_sequences, return_state=return_state)
    mask = keras.ops.convert_to_tensor(MASK)
    found = layer.compute_mask(None, mask)
    output_mask, state_masks = (found[0], found[1:]) if return_state else (found, None)
    if return_sequences:
        # A layer that goes backwards gives its outputs, so its mask too, from the end.
        expected = MASK[:, ::-1] if getattr(layer, "go_backwards", False) else MASK
        np.testing.assert_array_equal(numpy(output_mask), expected)
    else:
        assert output_mask is None
    if return_state:
        assert state_masks == [None] * len(layer.state_size)


@each_layer
def test_the_mask_comes_from_an_embedding(make):
    """Through two layers and into a pooling layer, which heeds it too."""
    embedding = keras.layers.Embedding(10, FEATURES, mask_zero=True)
    first, second = make(return_sequences=True), make(return_sequences=True)
    ids = keras.Input((None,), dtype="int32")
    pooled = keras.layers.GlobalAveragePooling1D()(second(first(embedding(ids))))
    model = keras.Model(ids, pooled)
    tokens = np.array([[4, 5, 0, 0], [1, 2, 3, 0]])
    predicted = model.predict(tokens, verbose=0)
    mask = tokens > 0
    by_hand = numpy(first(embedding(tokens), mask=mask))
    if getattr(first, "go_backwards", False):
        mask = mask[:, ::-1]
    by_hand = numpy(second(by_hand, mask=mask))
    if getattr(second, "go_backwards", False):
        mask = mask[:, ::-1]
    expected = (by_hand * mask[..., None]).sum(axis=1) / mask.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(predicted, expected, atol=1e-6)
    np.testing.assert_allclose(predicted[:1], model.predict(tokens[:1, :2], verbose=0), atol=1e-6)
