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


PAIRS = {
    "other units": lambda **o: (gated.LSTM(3, **o), gated.LSTM(5, go_backwards=True, **o)),
    "LSTM and GRU": lambda **o: (gated.LSTM(3, **o), gated.GRU(5, go_backwards=True, **o)),
    "GRU and LSTM": lambda **o: (gated.GRU(3, **o), gated.LSTM(5, go_backwards=True, **o)),
    "Keras's": lambda **o: (
        keras.layers.LSTM(3, **o),
        keras.layers.GRU(5, go_backwards=True, **o),
    ),
}


@pytest.mark.parametrize("merge_mode", ["concat", None])
@pytest.mark.parametrize("pair", PAIRS.values(), ids=PAIRS)
def test_two_layers_that_differ(pair, merge_mode):
    """Shapes foretold, and the states of each to each."""
    options = {"return_state": True, "return_sequences": True}
    forward, backward = pair(**options)
    layer = gated.Bidirectional(forward, backward_layer=backward, merge_mode=merge_mode)
    inputs, _ = arrays(0)
    counts = [1 if isinstance(one, (gated.GRU, keras.layers.GRU)) else 2 for one in pair()]
    sizes = [3] * counts[0] + [5] * counts[1]
    assert layer.state_size == sizes
    given = [np.random.default_rng(i).normal(size=(BATCH, size)) for i, size in enumerate(sizes)]
    symbolic = [keras.Input((size,)) for size in sizes]
    sequences = keras.Input((None, FEATURES))
    foretold = layer(sequences, initial_state=symbolic)
    widths = [8] if merge_mode else [3, 5]
    expected = [(None, None, width) for width in widths] + [(None, size) for size in sizes]
    assert [output.shape for output in foretold] == expected
    model = keras.Model([sequences, symbolic], list(foretold))
    found = [keras.ops.convert_to_numpy(x) for x in model([inputs, given])]
    assert [x.shape[-1] for x in found] == widths + sizes
    alone = outputs(layer.forward_layer, inputs, initial_state=given[: counts[0]])
    reverse = outputs(layer.backward_layer, inputs, initial_state=given[counts[0] :])
    both = [alone[0], reverse[0][:, ::-1]]
    both = [np.concatenate(both, axis=-1)] if merge_mode else both
    for one, other in zip(found, both + alone[1:] + reverse[1:], strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)


def test_layers_that_differ_in_a_stack():
    pair = PAIRS["LSTM and GRU"](return_state=True)
    stack = gated.Deep(
        [gated.Bidirectional(pair[0], backward_layer=pair[1]), gated.GRU(2, return_state=True)]
    )
    inputs, _ = arrays(0)
    given = [np.full((BATCH, size), 0.5) for size in stack.state_size]
    assert stack.state_size == [3, 3, 5, 2]
    found = [output.shape for output in outputs(stack, inputs, initial_state=given)]
    assert found == [(BATCH, size) for size in (2, 3, 3, 5, 2)]
    assert list(stack.compute_output_shape(inputs.shape)) == found


@pytest.mark.parametrize("merge_mode", ["sum", "ave", "mul"])
def test_refuses_to_add_outputs_of_different_widths(merge_mode):
    forward, backward = gated.LSTM(1), gated.LSTM(5, go_backwards=True)
    layer = gated.Bidirectional(forward, merge_mode, backward_layer=backward)
    with pytest.raises(ValueError, match=r"the same width\. Received: 1 and 5"):
        layer(arrays(0)[0])


def test_refuses_a_wrong_number_of_states():
    layer = gated.Bidirectional(gated.LSTM(3), backward_layer=gated.GRU(3, go_backwards=True))
    with pytest.raises(ValueError, match=r"have 3 states\. Received: 4"):
        layer(arrays(0)[0], initial_state=[np.zeros((BATCH, 3))] * 4)


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
