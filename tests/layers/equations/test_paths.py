"""Which loop runs where on TensorFlow, and that it does not matter for the results."""

import keras
import numpy as np
import pytest

import gated.layers as gated

if keras.backend.backend() != "tensorflow":
    pytest.skip("the other backends have one loop", allow_module_level=True)

import tensorflow as tf
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.gradients import randomize
from tests.layers.graphs import compilations, operations

FEATURES = 5
KNOWN, UNKNOWN = (3, 7, FEATURES), (None, None, FEATURES)


def compiled(function, *specs):
    """Whether the graph of a function holds something that XLA must compile."""
    graph = tf.function(function, autograph=False).get_concrete_function(*specs).graph
    return compilations(graph.as_graph_def()) > 0


def training(layer):
    def step(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            loss = tf.reduce_sum(layer(x, training=True))
        return tape.gradient(loss, x)

    return step


@pytest.mark.parametrize("name", ["SimpleRNN", "GRU", "LSTM"])
def test_training_is_compiled_whatever_the_shape(name):
    layer = getattr(gated, name)(4)
    layer.build(KNOWN)
    assert compiled(training(layer), tf.TensorSpec(KNOWN))
    assert compiled(training(layer), tf.TensorSpec(UNKNOWN))


def test_the_forward_pass_is_compiled_where_the_shape_is_known():
    layer = gated.LSTM(4)
    layer.build(KNOWN)
    assert compiled(layer, tf.TensorSpec(KNOWN))
    assert not compiled(layer, tf.TensorSpec(UNKNOWN))
    assert not compiled(layer, tf.TensorSpec((None, 7, FEATURES)))


def test_one_step_needs_no_loop():
    layer = gated.LSTM(4)
    layer.build(KNOWN)
    one = tf.TensorSpec((None, 1, FEATURES))
    graph = tf.function(layer, autograph=False).get_concrete_function(one).graph.as_graph_def()
    assert compilations(graph) == 0
    assert not any("While" in name for name in operations(graph))


@pytest.mark.parametrize("batch", [1, 3, 4])
def test_a_known_shape_stays_known(batch):
    layer = gated.LSTM(4, return_sequences=True, return_state=True)
    x = tf.TensorSpec((batch, 7, FEATURES))
    layer.build(x.shape)
    outputs = tf.function(layer, autograph=False).get_concrete_function(x).structured_outputs
    assert [output.shape for output in outputs] == [(batch, 7, 4), (batch, 4), (batch, 4)]


def test_an_activation_with_an_unknown_derivative_is_not_compiled():
    layer = gated.LSTM(4, activation="gelu")
    layer.build(KNOWN)
    assert not compiled(training(layer), tf.TensorSpec(KNOWN))


def test_inside_xla_there_is_no_second_compilation():
    layer = gated.LSTM(4)
    layer.build(KNOWN)
    inner = tf.function(layer, jit_compile=True, autograph=False)
    graph = tf.function(inner, autograph=False).get_concrete_function(tf.TensorSpec(KNOWN)).graph
    # One function, named by the node that calls it.
    assert compilations(graph.as_graph_def()) == 2


def test_segments_need_the_length():
    layer = gated.LSTM(4, checkpoint=True)
    layer.build(KNOWN)
    with pytest.raises(ValueError, match="`checkpoint=True` needs a known length"):
        tf.function(layer, autograph=False).get_concrete_function(tf.TensorSpec(UNKNOWN))


_steps = {}


def gradients_of(name, library):
    """The outputs and all gradients, traced once for all shapes."""
    if (name, library) not in _steps:
        # In float64: a simple RNN with random weights makes much of what float32 rounds away.
        options = {"return_sequences": True, "return_state": True, "dtype": "float64"}
        ours = getattr(gated, name)(6, **options)
        ours.build(UNKNOWN)
        randomize(ours)
        theirs = getattr(keras.layers, name)(6, **options)
        theirs.build(UNKNOWN)
        theirs.set_weights(ours.get_weights())
        for which, layer in (("ours", ours), ("Keras's", theirs)):
            _steps[name, which] = _traced(layer)
    return _steps[name, library]


def _traced(layer):
    weights = [variable.value for variable in layer.trainable_variables]

    @tf.function(
        input_signature=[tf.TensorSpec(UNKNOWN, tf.float64), tf.TensorSpec((None, None), tf.bool)],
        autograph=False,
    )
    def step(x, mask):
        with tf.GradientTape() as tape:
            tape.watch(x)
            outputs = layer(x, mask=mask, training=True)
            loss = tf.add_n([tf.reduce_sum(tf.sin(output)) for output in outputs])
        return [*outputs, *tape.gradient(loss, [x, *weights])]

    return step


@pytest.mark.parametrize("name", ["SimpleRNN", "GRU", "LSTM"])
@settings(max_examples=12, deadline=None)
@example(batch=29, length=46, seed=76)
@given(batch=st.integers(1, 40), length=st.integers(1, 140), seed=st.integers(0, 99))
@pytest.mark.slow
def test_shapes_that_are_rounded_up_give_what_keras_gives(name, batch, length, seed):
    random = np.random.default_rng(seed)
    x = tf.constant(random.normal(size=(batch, length, FEATURES)))
    mask = tf.constant(random.random((batch, length)) < 0.7)
    pairs = zip(
        gradients_of(name, "ours")(x, mask), gradients_of(name, "Keras's")(x, mask), strict=True
    )
    for found, expected in pairs:
        assert found.shape == expected.shape
        scale = 1e-3 + np.abs(expected).max()
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-10 * scale)


def test_two_hundred_shapes_are_rounded_up_to_a_few():
    from gated.recurrence.on_tensorflow import _Frame

    @tf.function(input_signature=[tf.TensorSpec(UNKNOWN)])
    def sizes(x):
        frame = _Frame(x)
        return [tf.stack(frame.rows), frame.length + frame.extra_steps]

    seen = set()
    for batch in range(1, 33):
        for length in range(5, 121, 5):
            rows, steps = sizes(tf.zeros((batch, length, FEATURES)))
            assert rows.numpy().sum() >= batch and steps >= length
            seen |= {(int(count), int(steps)) for count in rows if count > 0}
    assert len(seen) <= 4, seen
