"""What the layers refuse, and what they say then."""

import keras
import numpy as np
import pytest

from gated.layers import GRU, LSTM, SimpleRNN

each_class = pytest.mark.parametrize("layer_class", [SimpleRNN, GRU, LSTM])


@each_class
@pytest.mark.parametrize(
    "options, message",
    [
        ({"units": 0}, "units=0"),
        ({"units": -3}, "units=-3"),
        ({"units": 2.5}, r"units=2\.5"),
        ({"dropout": 2}, "dropout=2"),
        ({"recurrent_dropout": -0.1}, r"recurrent_dropout=-0\.1"),
        ({"weight_dropout": 1.5}, r"weight_dropout=1\.5"),
        ({"use_cudnn": "always"}, "use_cudnn='always'"),
    ],
)
def test_refuses(layer_class, options, message):
    with pytest.raises(ValueError, match=message):
        layer_class(**{"units": 2, **options})


@each_class
def test_refuses_an_unknown_option(layer_class):
    with pytest.raises((TypeError, ValueError), match="peephole"):
        layer_class(2, peephole=True)


@pytest.mark.parametrize("peepholes", ["x", None, "next"])
def test_refuses_other_peepholes(peepholes):
    with pytest.raises(ValueError, match="peepholes="):
        LSTM(2, peepholes=peepholes)


@each_class
def test_refuses_what_is_no_sequence(layer_class):
    with pytest.raises(ValueError, match="expected ndim=3"):
        layer_class(2)(np.ones((2, 3)))


@each_class
@pytest.mark.parametrize("use_cudnn", ["auto", False])
def test_takes_the_cudnn_settings_that_it_can_keep(layer_class, use_cudnn):
    assert layer_class(2, use_cudnn=use_cudnn)(np.ones((1, 2, 3))).shape == (1, 2)


@pytest.mark.parametrize("layer_class", [GRU, LSTM])
@pytest.mark.parametrize("implementation", [0, 1, 2])
def test_takes_an_implementation_and_ignores_it(layer_class, implementation):
    layer = layer_class(2, implementation=implementation)
    assert layer.get_config() == layer_class(2, name=layer.name).get_config()
    layer_class.from_config({**layer.get_config(), "implementation": implementation})


def test_forget_bias_begins_at_one():
    layer = LSTM(2)
    layer.build((None, None, 3))
    assert layer.get_weights()[2].tolist() == [0, 0, 1, 1, 0, 0, 0, 0]
    layer = LSTM(2, unit_forget_bias=False, bias_initializer=keras.initializers.Constant(0.5))
    layer.build((None, None, 3))
    assert layer.get_weights()[2].tolist() == [0.5] * 8


@pytest.mark.parametrize(
    "layer, shapes",
    [
        (SimpleRNN(2), [(3, 2), (2, 2), (2,)]),
        (GRU(2), [(3, 6), (2, 6), (2, 6)]),
        (GRU(2, reset_after=False), [(3, 6), (2, 6), (6,)]),
        (GRU(2, relevance_gate=False), [(3, 4), (2, 4), (4,)]),
        (GRU(2, relevance_gate=False, use_bias=False), [(3, 4), (2, 4)]),
        (LSTM(2), [(3, 8), (2, 8), (8,)]),
        (LSTM(2, peepholes=True), [(3, 8), (2, 8), (8,), (3, 2)]),
        (LSTM(2, peepholes="previous", use_bias=False), [(3, 8), (2, 8), (3, 2)]),
    ],
)
def test_weights_are_those_of_the_docstring(layer, shapes):
    layer.build((None, None, 3))
    assert [weight.shape for weight in layer.weights] == shapes


def test_a_full_gru_with_relevance_one_is_the_simplified_one():
    """A Keras GRU whose relevance gate is saturated at 1."""
    simple = GRU(3, relevance_gate=False, return_sequences=True)
    full = keras.layers.GRU(3, reset_after=False, return_sequences=True)
    for layer in (simple, full):
        layer.build((None, None, 2))
    rng = np.random.default_rng(0)
    kernel, recurrent_kernel, bias = (rng.normal(size=w.shape) for w in simple.weights)
    simple.set_weights([kernel, recurrent_kernel, bias])

    def with_relevance(weight, value):
        update, candidate = np.split(weight, 2, axis=-1)
        return np.concatenate([update, np.full_like(update, value), candidate], axis=-1)

    full.set_weights(
        [
            with_relevance(kernel, 0),
            with_relevance(recurrent_kernel, 0),
            with_relevance(bias, 50),
        ]
    )
    inputs = rng.normal(size=(2, 5, 2))
    state = rng.normal(size=(2, 3))
    outputs = [layer(inputs, initial_state=[state]) for layer in (simple, full)]
    np.testing.assert_allclose(*map(keras.ops.convert_to_numpy, outputs), atol=1e-6)
