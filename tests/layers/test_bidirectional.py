"""Bidirectional against Keras's, against two lone layers, and what it refuses."""

import keras
import numpy as np
import pytest

from gated import layers as gated
from tests.gradients import assert_same, randomize, value_and_gradients

BATCH, LENGTH, FEATURES, UNITS = 3, 5, 2, 3
MODES = ["concat", "sum", "mul", "ave", None]

# No row is masked throughout: there the backends of Keras differ.
MASK = np.array([[0, 0, 1, 1, 1], [1, 1, 1, 0, 0], [1, 0, 1, 0, 1]], bool)


def arrays(number_of_states, seed=0):
    rng = np.random.default_rng(seed)
    states = [rng.normal(size=(BATCH, UNITS)) for _ in range(number_of_states)]
    return rng.normal(size=(BATCH, LENGTH, FEATURES)), states


def outputs(layer, inputs, **call):
    found = layer(inputs, **call)
    found = found if isinstance(found, tuple) else (found,)
    return [keras.ops.convert_to_numpy(output) for output in found]


def built(layer):
    layer.build((None, None, FEATURES))
    return randomize(layer)


def pair(kind, merge_mode, **options):
    """Our layer and Keras's, with the same random weights."""
    extra = {} if kind == "SimpleRNN" else {"use_cudnn": False}
    ours, theirs = (
        module.Bidirectional(
            getattr(module, kind)(UNITS, return_state=True, dtype="float64", **extra, **options),
            merge_mode=merge_mode,
            dtype="float64",
        )
        for module in (gated, keras.layers)
    )
    built(theirs)
    ours.build((None, None, FEATURES))
    ours.set_weights(theirs.get_weights())
    return ours, theirs


@pytest.mark.parametrize("merge_mode, mask", [("concat", None)] + [(mode, MASK) for mode in MODES])
def test_same_as_keras(merge_mode, mask, float64):
    ours, theirs = pair("LSTM", merge_mode, return_sequences=True)
    inputs, states = arrays(4)
    result = value_and_gradients(ours, inputs, states, mask=mask)
    assert_same(result, value_and_gradients(theirs, inputs, states, mask=mask), 1e-10)


@pytest.mark.parametrize("return_sequences", [False, True])
@pytest.mark.parametrize("kind", ["SimpleRNN", "GRU"])
def test_every_layer_same_as_keras(kind, return_sequences, float64):
    ours, theirs = pair(kind, "concat", return_sequences=return_sequences)
    inputs, states = arrays(2)
    result = value_and_gradients(ours, inputs, states, mask=MASK)
    assert_same(result, value_and_gradients(theirs, inputs, states, mask=MASK), 1e-10)


def test_weights_go_to_keras():
    ours, theirs = pair("GRU", "concat")
    theirs.set_weights(randomize(ours, seed=5).get_weights())
    inputs, _ = arrays(0)
    for one, other in zip(outputs(ours, inputs), outputs(theirs, inputs), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)


@pytest.mark.parametrize("first_go_backwards", [False, True])
def test_is_two_layers_that_read_in_opposite_directions(first_go_backwards):
    """Step by step against lone layers, the second of which is given the flipped sequence."""
    options = {"peepholes": True, "return_sequences": True, "return_state": True}
    inner = gated.LSTM(UNITS, go_backwards=first_go_backwards, **options)
    layer = built(gated.Bidirectional(inner, merge_mode=None))
    lone = [gated.LSTM(UNITS, **options) for _ in range(2)]
    inputs, states = arrays(4)
    weights = layer.get_weights()
    expected_outputs, expected_states = [], []
    for i, one in enumerate(lone):
        backwards = (i == 1) != first_go_backwards
        one.build((None, None, FEATURES))
        one.set_weights(weights[4 * i : 4 * i + 4])
        seen = inputs[:, ::-1] if backwards else inputs
        output, *last = outputs(one, seen, initial_state=states[2 * i : 2 * i + 2])
        expected_outputs.append(output[:, ::-1] if backwards else output)
        expected_states += last
    found = outputs(layer, inputs, initial_state=states)
    for one, other in zip(found, expected_outputs + expected_states, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)


def test_the_backward_layer_may_differ():
    layer = gated.Bidirectional(
        gated.LSTM(UNITS, peepholes=True, return_sequences=True),
        backward_layer=gated.GRU(5, return_sequences=True, go_backwards=True),
        merge_mode=None,
    )
    inputs, _ = arrays(0)
    forward, backward = outputs(layer, inputs)
    assert (forward.shape, backward.shape) == ((BATCH, LENGTH, UNITS), (BATCH, LENGTH, 5))
    alone = outputs(layer.backward_layer, inputs)[0]
    np.testing.assert_allclose(backward, alone[:, ::-1], atol=1e-6)


def test_wraps_a_keras_layer():
    layer = built(gated.Bidirectional(keras.layers.LSTM(UNITS, return_sequences=True)))
    peer = keras.layers.Bidirectional(keras.layers.LSTM(UNITS, return_sequences=True))
    peer.build((None, None, FEATURES))
    peer.set_weights(layer.get_weights())
    inputs, _ = arrays(0)
    for mask in (None, MASK):
        (ours,), (theirs,) = outputs(layer, inputs, mask=mask), outputs(peer, inputs, mask=mask)
        np.testing.assert_allclose(ours, theirs, atol=1e-6)


@pytest.mark.parametrize("return_state", [False, True])
@pytest.mark.parametrize("return_sequences", [False, True])
@pytest.mark.parametrize("merge_mode", ["concat", None])
def test_shapes_are_foretold(merge_mode, return_sequences, return_state):
    inner = gated.LSTM(UNITS, return_sequences=return_sequences, return_state=return_state)
    layer = gated.Bidirectional(inner, merge_mode=merge_mode)
    inputs, _ = arrays(0)
    foretold = layer.compute_output_shape(inputs.shape)
    several = merge_mode is None or return_state
    found = [output.shape for output in outputs(layer, inputs)]
    assert (list(foretold) if several else [foretold]) == found


def test_the_given_layer_stays_apart():
    inner = gated.GRU(UNITS, name="inner")
    layer = built(gated.Bidirectional(inner))
    assert not inner.built
    assert (layer.forward_layer.name, layer.backward_layer.name) == (
        "forward_inner",
        "backward_inner",
    )


def test_refuses_what_is_no_layer():
    with pytest.raises(ValueError, match="must be a Keras layer"):
        gated.Bidirectional("lstm")


def test_refuses_an_unknown_merge_mode():
    with pytest.raises(ValueError, match="merge_mode='max'"):
        gated.Bidirectional(gated.LSTM(2), merge_mode="max")


def test_refuses_two_layers_in_one_direction():
    with pytest.raises(ValueError, match="opposite directions"):
        gated.Bidirectional(gated.LSTM(2), backward_layer=gated.LSTM(2))


@pytest.mark.parametrize("name", ["stateful", "return_sequences", "return_state"])
def test_refuses_two_layers_of_different_form(name):
    with pytest.raises(ValueError, match=name):
        gated.Bidirectional(
            gated.LSTM(2, **{name: True}), backward_layer=gated.LSTM(2, go_backwards=True)
        )
