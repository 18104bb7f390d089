"""Outputs and gradients of each layer equal those of the Keras layer of the same name."""

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gated.layers import GRU, LSTM, SimpleRNN
from tests.gradients import assert_same, double_precision, randomize, value_and_gradients

# Keras's own loop is the reference, so its fused kernels are off.
LAYERS = {
    "SimpleRNN": (SimpleRNN, keras.layers.SimpleRNN, {}),
    "GRU": (GRU, keras.layers.GRU, {"use_cudnn": False}),
    "GRU reset before": (GRU, keras.layers.GRU, {"use_cudnn": False, "reset_after": False}),
    "LSTM": (LSTM, keras.layers.LSTM, {"use_cudnn": False}),
}
BACKEND = keras.backend.backend()
EXAMPLES = {"tensorflow": 20, "jax": 4, "torch": 40}[BACKEND]  # JAX compiles each one twice

each_layer = pytest.mark.parametrize("name", LAYERS)


def pair(name, units, features, **options):
    """Our layer and Keras's, with the same random weights."""
    ours_class, theirs_class, fixed = LAYERS[name]
    # JAX compiles the default initializers anew for every shape, and they are not used here.
    plain = {"kernel_initializer": "zeros", "recurrent_initializer": "zeros"}
    options = {**fixed, **plain, **options}
    ours, theirs = ours_class(units, **options), theirs_class(units, **options)
    ours.build((None, None, features))
    theirs.build((None, None, features))
    ours.set_weights(randomize(theirs).get_weights())
    return ours, theirs


@st.composite
def cases(draw):
    batch, length = draw(st.integers(1, 3)), draw(st.integers(1, 5))
    names = ("return_sequences", "return_state", "go_backwards", "zero_output_for_mask")
    options = {name: draw(st.booleans()) for name in (*names, "use_bias")}
    row = st.lists(st.booleans(), min_size=length, max_size=length)
    mask = draw(st.none() | st.lists(row, min_size=batch, max_size=batch).map(np.array))
    if BACKEND == "jax" and mask is not None and not options["zero_output_for_mask"]:
        # Before the first step that counts Keras puts out 0 on TensorFlow and PyTorch, but the
        # initial state on JAX. Ours is 0 everywhere: test_equations and test_masks have it.
        mask[:, -1 if options["go_backwards"] else 0] = True
    return (batch, length, draw(st.integers(1, 3))), draw(st.integers(1, 4)), options, mask


@each_layer
@settings(max_examples=EXAMPLES, deadline=None, derandomize=True)
@given(case=cases())
@pytest.mark.slow
def test_same_outputs_and_gradients(name, case):
    shape, units, options, mask = case
    with double_precision():
        ours, theirs = pair(name, units, shape[-1], dtype="float64", **options)
        rng = np.random.default_rng(0)
        inputs = rng.normal(size=shape)
        states = [rng.normal(size=(shape[0], units)) for _ in ours.state_size]
        result = value_and_gradients(ours, inputs, states, mask=mask)
        assert_same(result, value_and_gradients(theirs, inputs, states, mask=mask), 1e-10)


@each_layer
@pytest.mark.parametrize("go_backwards", [False, True])
def test_same_in_single_precision(name, go_backwards):
    ours, theirs = pair(name, 8, 5, return_sequences=True, go_backwards=go_backwards)
    rng = np.random.default_rng(0)
    inputs = rng.normal(size=(4, 20, 5))
    states = [rng.normal(size=(4, 8)) for _ in ours.state_size]
    result = value_and_gradients(ours, inputs, states, compiled=True)
    assert_same(result, value_and_gradients(theirs, inputs, states, compiled=True), 1e-5)


@each_layer
def test_weights_go_both_ways(name):
    ours, theirs = pair(name, 4, 3)
    assert [w.shape for w in ours.weights] == [w.shape for w in theirs.weights]
    assert [w.name for w in ours.weights] == [w.name for w in theirs.weights]
    theirs.set_weights(randomize(ours, seed=1).get_weights())
    inputs = np.random.default_rng(0).normal(size=(2, 5, 3))
    np.testing.assert_allclose(
        keras.ops.convert_to_numpy(ours(inputs)),
        keras.ops.convert_to_numpy(theirs(inputs)),
        atol=1e-6,
    )


@each_layer
def test_same_defaults_and_configuration(name):
    ours_class, theirs_class, fixed = LAYERS[name]
    theirs = theirs_class(3, name="one", **fixed).get_config()
    ours = ours_class(3, name="one", **fixed).get_config()
    # Keras also writes down the policy of the cell inside the layer.
    assert {key: ours.get(key) for key in theirs} == theirs
    assert ours_class.from_config(theirs).get_config() == ours


@each_layer
def test_same_initial_weights(name):
    ours_class, theirs_class, fixed = LAYERS[name]
    seeded = {
        "kernel_initializer": keras.initializers.GlorotUniform(seed=1),
        "recurrent_initializer": keras.initializers.Orthogonal(seed=2),
    }
    ours, theirs = ours_class(4, **fixed, **seeded), theirs_class(4, **fixed, **seeded)
    ours.build((None, None, 3))
    theirs.build((None, None, 3))
    for one, other in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
