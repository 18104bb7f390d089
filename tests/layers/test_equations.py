"""Every layer, forward and backward, against the plain NumPy loop of `reference`."""

import keras
import numpy as np
import pytest

from gated.layers import GRU, LSTM, SimpleRNN
from tests.gradients import (
    Result,
    assert_same,
    randomize,
    value_and_gradients,
    weighted_sum,
)
from tests.layers import reference

UNITS, FEATURES, LENGTH = 3, 2, 5

LAYERS = {
    "SimpleRNN": (SimpleRNN, {}, reference.simple_rnn, {}),
    "GRU": (GRU, {}, reference.gru, {}),
    "GRU reset before": (GRU, {"reset_after": False}, reference.gru, {"reset_after": False}),
    "GRU simplified": (GRU, {"relevance_gate": False}, reference.simplified_gru, {}),
    "LSTM": (LSTM, {}, reference.lstm, {}),
    "LSTM peepholes": (LSTM, {"peepholes": True}, reference.lstm, {}),
    "LSTM previous": (
        LSTM,
        {"peepholes": "previous"},
        reference.lstm,
        {"output_sees": "previous"},
    ),
}

MASKS = {
    "no mask": None,
    # One row each: left, right, inner hole, all masked.
    "masks": np.array([[0, 0, 1, 1, 1], [1, 1, 1, 0, 0], [1, 0, 1, 0, 1], [0, 0, 0, 0, 0]], bool),
}


# Only TensorFlow runs the layers in two ways.
HOW = {"eager": False, "graph": True} if keras.backend.backend() == "tensorflow" else {"": False}


@pytest.mark.parametrize("compiled", HOW.values(), ids=HOW)
@pytest.mark.parametrize("mask", MASKS.values(), ids=MASKS)
@pytest.mark.parametrize("layer_class, options, equations, settings", LAYERS.values(), ids=LAYERS)
def test_outputs_and_gradients(layer_class, options, equations, settings, mask, compiled, float64):
    layer = layer_class(UNITS, return_sequences=True, return_state=True, dtype="float64", **options)
    layer.build((None, None, FEATURES))
    randomize(layer)
    rng = np.random.default_rng(1)
    inputs = rng.normal(size=(4, LENGTH, FEATURES))
    states = [rng.normal(size=(4, UNITS)) for _ in layer.state_size]

    def forward(inputs, *arrays):
        states, weights = arrays[: len(layer.state_size)], arrays[len(layer.state_size) :]
        step = equations(*weights, **settings)
        outputs, last = reference.run(step, inputs, states, mask)
        return [outputs, *last]

    def total(*arrays):
        return weighted_sum(forward(*arrays), lambda output, weights: (output * weights).sum())

    arrays = [inputs, *states, *layer.get_weights()]
    by_inputs, *others = reference.derivatives(total, arrays)
    by_states, by_weights = others[: len(states)], others[len(states) :]
    expected = Result(forward(*arrays), by_inputs, by_states, by_weights)

    result = value_and_gradients(layer, inputs, states, compiled, mask=mask)
    assert_same(result, expected, 1e-12)
