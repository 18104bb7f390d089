"""Mixed precision: half the width in the computation, float32 in the weights."""

import keras
import numpy as np
import pytest

from gated.layers import GRU, LSTM, Bidirectional, Deep, SimpleRNN
from tests.gradients import randomize
from tests.layers.parameters import each

pytestmark = pytest.mark.slow

PRECISION = {"mixed_float16": 2**-10, "mixed_bfloat16": 2**-7}

LAYERS = {
    "SimpleRNN": lambda **options: SimpleRNN(8, **options),
    "GRU": lambda **options: GRU(8, **options),
    "GRU simplified": lambda **options: GRU(8, relevance_gate=False, **options),
    "LSTM": lambda **options: LSTM(8, peepholes=True, **options),
    "Bidirectional": lambda **options: Bidirectional(LSTM(8, **options), dtype=options["dtype"]),
    "Deep": lambda **options: Deep(GRU(8, **options), 2, residual=True, dtype=options["dtype"]),
}

MASK = np.array([[1, 1, 1, 1, 1, 1], [0, 1, 1, 0, 1, 0]], bool)


def sequences():
    return np.random.default_rng(0).normal(size=(2, 6, 4))


@pytest.mark.parametrize("policy", PRECISION)
@pytest.mark.parametrize("make", each(LAYERS, on_jax=["GRU", "Bidirectional", "Deep"]))
def test_is_close_to_single_precision(make, policy):
    mixed = make(dtype=policy, return_sequences=True, return_state=True)
    single = make(dtype="float32", return_sequences=True, return_state=True)
    for layer in (mixed, single):
        layer.build((None, None, 4))
    mixed.set_weights([w / 2 for w in randomize(single).get_weights()])
    single.set_weights(mixed.get_weights())
    outputs = mixed(sequences(), mask=MASK)
    compute = policy.removeprefix("mixed_")
    assert {keras.backend.standardize_dtype(output.dtype) for output in outputs} == {compute}
    assert {weight.dtype for weight in mixed.weights} == {"float32"}
    for half, full in zip(outputs, single(sequences(), mask=MASK), strict=True):
        half = keras.ops.convert_to_numpy(keras.ops.cast(half, "float32"))
        full = keras.ops.convert_to_numpy(full)
        # A unit of the last place at each of some ten roundings.
        np.testing.assert_allclose(half, full, atol=10 * PRECISION[policy])


@pytest.mark.parametrize(
    "policy", each({policy: policy for policy in PRECISION}, on_jax=["mixed_float16"])
)
def test_fit(policy):
    stack = Deep(
        [
            Bidirectional(LSTM(4, peepholes=True, dropout=0.1, dtype=policy), dtype=policy),
            GRU(4, relevance_gate=False, recurrent_dropout=0.1, dtype=policy),
        ],
        dropout=0.1,
        dtype=policy,
    )
    model = keras.Sequential([keras.layers.Masking(), stack, keras.layers.Dense(1)])
    model.compile(keras.optimizers.Adam(0.01), "mse")
    inputs = np.where(MASK[..., None], sequences(), 0)
    before = model.predict(inputs, verbose=0)
    history = model.fit(inputs, np.ones((2, 1)), epochs=3, verbose=0)
    assert np.isfinite(history.history["loss"]).all()
    assert np.isfinite(model.predict(inputs, verbose=0)).all()
    assert (model.predict(inputs, verbose=0) != before).any()


def test_the_global_policy():
    """As set once for a whole program."""
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        layer = Deep(Bidirectional(LSTM(4, peepholes=True)), depth=2, dropout=0.1, residual=True)
        output = layer(sequences(), training=True)
    finally:
        keras.config.set_dtype_policy("float32")
    assert keras.backend.standardize_dtype(output.dtype) == "bfloat16"
    assert {weight.dtype for weight in layer.weights} == {"float32"}


def test_stateful_keeps_its_states_whole():
    layer = LSTM(4, stateful=True, dtype="mixed_float16")
    layer(sequences())
    assert {state.dtype for state in layer.states} == {"float32"}
    assert all(keras.ops.convert_to_numpy(state).any() for state in layer.states)


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
@pytest.mark.parametrize("training", [False, True])
def test_the_cell_adds_up_in_single_precision(policy, training):
    """A counter: every step adds 0.01, which is lost on a cell of 8 in half precision."""
    layer = LSTM(1, return_sequences=True, return_state=True, dtype=policy, activation="linear")
    layer.build((None, None, 1))
    # Input and forget gate open, the candidate 0.01, the output gate half open.
    bias = np.array([20, 20, 0.01, 0], "float32")
    layer.set_weights([np.zeros((1, 4)), np.zeros((1, 4)), bias])
    _, _, c = layer(np.zeros((1, 1200, 1), "float32"), training=training)
    assert abs(float(keras.ops.convert_to_numpy(keras.ops.cast(c, "float32"))[0, 0]) - 12) < 0.1
