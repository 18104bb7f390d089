"""Dropout, regularizers and constraints."""

import keras
import numpy as np
import pytest

from gated.layers import GRU, LSTM, Deep, SimpleRNN
from tests.layers.parameters import LAYERS, each

RATE = 0.25
KEPT = 1 / (1 - RATE)


def numpy(output):
    return keras.ops.convert_to_numpy(output)


def bare(width, **options):
    """h⟨t⟩ = x⟨t⟩ W + h⟨t-1⟩ U without anything else, so that what is dropped can be seen."""
    options = {"kernel_initializer": "identity", "recurrent_initializer": "zeros", **options}
    return SimpleRNN(width, activation="linear", use_bias=False, return_sequences=True, **options)


def is_a_quarter(dropped):
    return abs(dropped.mean() - RATE) < 4 * np.sqrt(RATE * (1 - RATE) / dropped.size)


def test_dropout_is_one_scaled_mask_a_sequence():
    inputs = np.ones((64, 6, 50))
    output = numpy(bare(50, dropout=RATE)(inputs, training=True))
    assert (output == output[:, :1]).all()
    np.testing.assert_allclose(np.unique(output), [0, KEPT], rtol=1e-6)
    assert is_a_quarter(output[:, 0] == 0)
    assert not (output[0] == output[1]).all()


def test_recurrent_dropout_is_one_scaled_mask_a_sequence():
    layer = bare(50, recurrent_dropout=RATE, recurrent_initializer="identity")
    output = layer(np.zeros((64, 3, 50)), initial_state=np.ones((64, 50)), training=True)
    output = numpy(output)
    # Dropped at one step, so at all; kept at one, so scaled once more at each.
    kept = output[:, :1] > 0
    powers = KEPT ** np.arange(1, 4)[:, None]
    np.testing.assert_allclose(output, np.where(kept, powers, 0), rtol=1e-5)
    assert is_a_quarter(~kept)


def test_weight_dropout_is_one_scaled_mask_a_batch():
    layer = bare(50, weight_dropout=RATE, recurrent_initializer="ones")
    # One state a sequence is not zero: its row of the weights comes out.
    output = layer(np.zeros((50, 2, 50)), initial_state=np.eye(50), training=True)
    once, twice = np.moveaxis(numpy(output), 1, 0)
    np.testing.assert_allclose(np.unique(once), [0, KEPT], rtol=1e-6)
    assert is_a_quarter(once == 0)
    np.testing.assert_allclose(twice, once @ once, rtol=1e-4)


each_layer = pytest.mark.parametrize("make", each(LAYERS, on_jax=["GRU reset before", "LSTM"]))


@pytest.mark.parametrize("kind", ["dropout", "recurrent_dropout", "weight_dropout"])
@each_layer
def test_dropout_only_in_training_and_again_with_the_same_seed(make, kind):
    inputs = np.random.default_rng(0).normal(size=(3, 5, 4))
    one, another, without = make(seed=7, **{kind: 0.5}), make(seed=7, **{kind: 0.5}), make()
    one.build(inputs.shape)
    for layer in (another, without):
        layer.build(inputs.shape)
        layer.set_weights(one.get_weights())
    plain = numpy(without(inputs))
    np.testing.assert_array_equal(numpy(one(inputs)), plain)
    np.testing.assert_array_equal(numpy(one(inputs, training=False)), plain)
    first, second = (numpy(one(inputs, training=True)) for _ in range(2))
    assert (first != plain).any() and (first != second).any()
    np.testing.assert_array_equal(numpy(another(inputs, training=True)), first)


@each_layer
def test_recurrent_dropout_of_everything_forgets_the_state(make):
    """Every way of h⟨t-1⟩ into the gates is dropped; only the carry itself is left."""
    inputs = np.zeros((2, 1, 4))
    layer = make(recurrent_dropout=1.0, return_state=True)
    bare_states = [np.zeros((2, 4)) for _ in layer.state_size]
    moved = [np.ones((2, 4)), *bare_states[1:]]
    reference = numpy(layer(inputs, initial_state=bare_states, training=True)[0])
    output = numpy(layer(inputs, initial_state=moved, training=True)[0])
    # With zero weights and inputs every candidate is 0, and z of the GRU is 1/2.
    carried = 0.5 if isinstance(layer, GRU) else 0
    np.testing.assert_allclose(output - reference, carried, atol=1e-6)


def test_dropout_in_fit():
    layer = GRU(4, dropout=0.5, recurrent_dropout=0.5, weight_dropout=0.5)
    model = keras.Sequential([Deep(layer, 2, dropout=0.5)])
    model.compile("adam", "mse")
    history = model.fit(np.ones((8, 5, 3)), np.zeros((8, 4)), batch_size=4, epochs=2, verbose=0)
    assert np.isfinite(history.history["loss"]).all()


def test_regularizers_add_to_the_loss():
    names = ["kernel", "recurrent", "bias", "peephole"]
    factors = {
        f"{name}_regularizer": keras.regularizers.L2(0.1 * 2**i) for i, name in enumerate(names)
    }
    layer = LSTM(4, peepholes=True, activity_regularizer=keras.regularizers.L1(0.01), **factors)
    output = layer(np.random.default_rng(0).normal(size=(2, 3, 4)))
    losses = sorted(float(loss) for loss in layer.losses)
    weights = [0.1 * 2**i * np.sum(w**2) for i, w in enumerate(layer.get_weights())]
    # Keras takes the activity's loss as the mean over the batch.
    expected = sorted([*weights, 0.01 * np.abs(numpy(output)).sum() / 2])
    np.testing.assert_allclose(losses, expected, rtol=1e-5)


def test_constraints_hold_after_fit():
    at_most = keras.constraints.MaxNorm(0.5)
    names = ["kernel", "recurrent", "bias", "peephole"]
    layer = LSTM(4, peepholes=True, **{f"{name}_constraint": at_most for name in names})
    model = keras.Sequential([layer])
    model.compile(keras.optimizers.SGD(1.0), "mse")
    model.fit(np.ones((8, 3, 2)), np.ones((8, 4)), verbose=0)
    for weight in layer.get_weights():
        assert np.linalg.norm(weight, axis=0).max() <= 0.5 + 1e-5
