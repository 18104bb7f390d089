"""What the hand-written backpropagation has to get right beyond the first gradient."""

import keras
import numpy as np
import pytest
from keras import ops

import gated.layers as gated
from tests.gradients import assert_same, randomize, value_and_gradients

pytestmark = pytest.mark.slow

RNG = np.random.default_rng(5)
X = RNG.normal(size=(3, 6, 4)).astype("float32")
MASK = np.array([[1, 1, 1, 1, 0, 0], [0, 1, 0, 1, 1, 1], [0] * 6], bool)
KNOWN = ("tanh", "sigmoid", "linear", "relu", "hard_sigmoid")


def pair(name, **options):
    """Our layer and Keras's, with the same random weights."""
    ours, theirs = getattr(gated, name)(5, **options), getattr(keras.layers, name)(5, **options)
    for layer in (ours, theirs):
        layer.build((None, None, 4))
    randomize(ours)
    theirs.set_weights(ours.get_weights())
    return ours, theirs


@pytest.mark.parametrize("activation", [*KNOWN, "softsign", "gelu"])
@pytest.mark.parametrize("name", ["SimpleRNN", "GRU", "LSTM"])
def test_every_activation_has_the_gradients_that_keras_finds(name, activation):
    ours, theirs = pair(name, activation=activation, return_sequences=True)
    assert ours.equations().has_derivative == (activation in KNOWN)
    assert_same(value_and_gradients(ours, X), value_and_gradients(theirs, X), 1e-5)


@pytest.mark.parametrize("name", ["GRU", "LSTM"])
def test_an_unknown_gate_function_has_the_gradients_that_keras_finds(name):
    ours, theirs = pair(name, recurrent_activation="softsign", return_sequences=True)
    assert not ours.equations().has_derivative
    assert_same(value_and_gradients(ours, X), value_and_gradients(theirs, X), 1e-5)


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize(
    ("name", "options"),
    [("LSTM", {"peepholes": True}), ("GRU", {}), ("GRU", {"reset_after": False})],
)
def test_the_gradients_are_the_same_with_and_without_training(name, options, masked):
    """In training the gates are kept for the way back, otherwise computed again."""
    layer = getattr(gated, name)(5, return_sequences=True, **options)
    layer.build((None, None, 4))
    randomize(layer)
    call = {"mask": MASK} if masked else {}
    kept = value_and_gradients(layer, X, training=True, **call)
    again = value_and_gradients(layer, X, training=False, **call)
    assert_same(kept, again, 1e-6)


@pytest.mark.parametrize("checkpoint", [False, True])
@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("name", ["SimpleRNN", "GRU", "LSTM"])
def test_the_gradient_of_a_gradient_is_that_of_keras(name, training, checkpoint):
    """As a gradient penalty needs it."""
    ours, theirs = pair(name)
    ours.checkpoint = checkpoint
    ours, theirs = (_penalty_gradient(layer, training) for layer in (ours, theirs))
    assert np.abs(theirs).max() > 0.01
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-5 * np.abs(theirs).max())


def _penalty_gradient(layer, training):
    """The gradient by the inputs of the squared norm of the gradient of sum(output²)."""

    def total(x):
        return ops.sum(layer(x, training=training) ** 2)

    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        x = tf.constant(X)
        with tf.GradientTape() as outer:
            outer.watch(x)
            with tf.GradientTape() as inner:
                inner.watch(x)
                value = total(x)
            penalty = tf.reduce_sum(inner.gradient(value, x) ** 2)
        found = outer.gradient(penalty, x)
    elif keras.backend.backend() == "jax":
        import jax

        found = jax.grad(lambda x: ops.sum(jax.grad(total)(x) ** 2))(ops.convert_to_tensor(X))
    else:
        import torch

        x = torch.tensor(X, requires_grad=True)
        (gradient,) = torch.autograd.grad(total(x), x, create_graph=True)
        (found,) = torch.autograd.grad((gradient**2).sum(), x)
    return ops.convert_to_numpy(found)
