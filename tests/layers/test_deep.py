"""Deep against a stack of Keras layers, its residuals and dropout, and what it refuses."""

import keras
import numpy as np
import pytest

from gated import layers as gated
from tests.gradients import assert_same, randomize, value_and_gradients

BATCH, LENGTH, FEATURES = 3, 5, 2
MASK = np.array([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0], [1, 0, 1, 0, 1]], bool)


class Stacked(keras.layers.Layer):
    """Keras layers one on the other, with the states of all in one list."""

    def __init__(self, layers, **kwargs):
        super().__init__(**kwargs)
        self.layers = layers
        self.supports_masking = True

    def build(self, shape):
        for layer in self.layers:
            layer.build(shape)
            shape = layer.compute_output_shape(shape)[0]

    def call(self, sequences, initial_state, mask=None):
        output, states, given = sequences, [], list(initial_state)
        for layer in self.layers:
            width = len(layer.state_size)
            first, given = given[:width], given[width:]
            output, *last = layer(output, initial_state=first, mask=mask)
            states += last
        return (output, *states)


def kinds(module, **options):
    """Three layers of different kind and width; the middle one reads both ways."""
    options = {"return_state": True, "dtype": "float64", **options}
    return [
        module.LSTM(4, return_sequences=True, use_cudnn=False, **options),
        module.Bidirectional(
            module.GRU(3, return_sequences=True, use_cudnn=False, **options), dtype="float64"
        ),
        module.SimpleRNN(2, **options),
    ]


def states(layers):
    rng = np.random.default_rng(1)
    return [rng.normal(size=(BATCH, size)) for layer in layers for size in layer.state_size]


def sequences(features=FEATURES):
    return np.random.default_rng(0).normal(size=(BATCH, LENGTH, features))


def numpy(output):
    return keras.ops.convert_to_numpy(output)


@pytest.mark.parametrize(
    "return_sequences, mask", [(False, None), (True, MASK)], ids=["no mask", "masks"]
)
def test_same_as_stacked_keras_layers(return_sequences, mask, float64):
    ours, theirs = kinds(gated), kinds(keras.layers)
    ours[-1].return_sequences = theirs[-1].return_sequences = return_sequences
    # Keras's bidirectional layer does not name its states' sizes.
    theirs[1].state_size = ours[1].state_size
    stack = Stacked(theirs, dtype="float64")
    stack.build((None, None, FEATURES))
    deep = gated.Deep(ours, dtype="float64")
    deep.build((None, None, FEATURES))
    deep.set_weights(randomize(stack).get_weights())
    initial_state = states(deep.layers)
    result = value_and_gradients(deep, sequences(), initial_state, mask=mask)
    expected = value_and_gradients(stack, sequences(), initial_state, mask=mask)
    assert_same(result, expected, 1e-10)


def test_depth_makes_fresh_copies():
    deep = gated.Deep(gated.LSTM(4, peepholes=True), depth=3)
    deep.build((None, None, FEATURES))
    assert deep.depth == 3
    assert [layer.units for layer in deep.layers] == [4, 4, 4]
    assert [layer.return_sequences for layer in deep.layers] == [True, True, False]
    assert len({id(weight) for weight in deep.weights}) == 12
    assert len({layer.name for layer in deep.layers}) == 3
    assert deep(sequences()).shape == (BATCH, 4)


def test_takes_keras_layers():
    deep = gated.Deep([keras.layers.LSTM(4), gated.LSTM(3, peepholes=True)])
    assert deep(sequences()).shape == (BATCH, 3)
    lone = deep.layers[1](deep.layers[0](sequences()))
    np.testing.assert_allclose(numpy(deep(sequences())), numpy(lone), atol=1e-6)


def test_residual_joins_only_layers_of_equal_width():
    deep = gated.Deep(
        [gated.GRU(3), gated.GRU(3), gated.GRU(4, return_sequences=True)], residual=True
    )
    deep.build((None, None, 3))
    randomize(deep)
    inputs = sequences(3)
    first = inputs + numpy(deep.layers[0](inputs))
    second = first + numpy(deep.layers[1](first))
    third = numpy(deep.layers[2](second))
    np.testing.assert_allclose(numpy(deep(inputs)), third, atol=1e-5)


def test_residual_leaves_a_last_output_alone():
    deep = gated.Deep(gated.GRU(3), depth=2, residual=True)
    deep.build((None, None, 3))
    randomize(deep)
    inputs = sequences(3)
    first = inputs + numpy(deep.layers[0](inputs))
    np.testing.assert_allclose(numpy(deep(inputs)), numpy(deep.layers[1](first)), atol=1e-5)


def pass_through(width):
    """A layer that puts out its input: a view of what the stack's dropout does."""
    return gated.SimpleRNN(
        width,
        activation="linear",
        use_bias=False,
        kernel_initializer="identity",
        recurrent_initializer="zeros",
        return_sequences=True,
    )


def test_dropout_is_between_the_layers_and_one_mask_a_sequence():
    inputs = np.ones((64, LENGTH, 50))
    alone = gated.Deep(pass_through(50), depth=1, dropout=0.25)
    np.testing.assert_allclose(numpy(alone(inputs, training=True)), inputs)

    deep = gated.Deep(pass_through(50), depth=2, dropout=0.25)
    np.testing.assert_allclose(numpy(deep(inputs, training=False)), inputs)
    dropped = numpy(deep(inputs, training=True))
    assert (dropped == dropped[:, :1]).all()
    np.testing.assert_allclose(np.unique(dropped), [0, 1 / 0.75], rtol=1e-6)
    assert abs((dropped[:, 0] == 0).mean() - 0.25) < 4 * np.sqrt(0.25 * 0.75 / (64 * 50))


@pytest.mark.parametrize("return_state", [False, True])
@pytest.mark.parametrize("return_sequences", [False, True])
def test_shapes_are_foretold(return_sequences, return_state):
    last = gated.Bidirectional(
        gated.LSTM(3, return_sequences=return_sequences, return_state=return_state)
    )
    deep = gated.Deep([gated.GRU(4), last])
    found = deep(sequences())
    foretold = deep.compute_output_shape((BATCH, LENGTH, FEATURES))
    if return_state:
        assert [output.shape for output in found] == list(foretold)
        assert len(found) == 1 + len(deep.state_size) == 6
    else:
        assert found.shape == foretold


def test_takes_a_built_bidirectional_layer():
    inner = gated.Bidirectional(gated.LSTM(3, peepholes=True, return_sequences=True))
    inner(sequences())
    deep = gated.Deep([inner, inner])
    assert deep(sequences()).shape == (BATCH, LENGTH, 6)
    assert [layer.forward_layer.kernel.shape[0] for layer in deep.layers] == [FEATURES, 6]


@pytest.mark.parametrize(
    "layers, options, message",
    [
        ([], {}, "at least one layer"),
        ([gated.LSTM(2)], {"depth": 2}, "one layer and `depth`"),
        (gated.LSTM(2), {}, "depth=None"),
        (gated.LSTM(2), {"depth": 0}, "depth=0"),
        ([keras.layers.Dense(2)], {}, "recurrent layers"),
        ([gated.LSTM(2, go_backwards=True)], {}, "go backwards"),
        ([gated.Bidirectional(gated.LSTM(2), merge_mode=None)], {}, "merge"),
        ([gated.LSTM(2, stateful=True), gated.LSTM(2)], {}, "stateful"),
        ([gated.LSTM(2)], {"dropout": 1.5}, "dropout=1.5"),
    ],
)
def test_refuses(layers, options, message):
    with pytest.raises(ValueError, match=message):
        gated.Deep(layers, **options)


def test_refuses_a_wrong_number_of_states():
    deep = gated.Deep(gated.LSTM(2), depth=2)
    with pytest.raises(ValueError, match=r"4 states\. Received: 2"):
        deep(sequences(), initial_state=[np.zeros((BATCH, 2))] * 2)
