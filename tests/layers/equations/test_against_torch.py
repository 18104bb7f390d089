"""LSTM and GRU equal PyTorch's own, whichever backend Keras runs on."""

import keras
import numpy as np
import pytest

from gated.layers import GRU, LSTM
from tests.gradients import double_precision, randomize

torch = pytest.importorskip("torch")

LENGTH, FEATURES, UNITS = 7, 3, 4


def in_torch_order(weight, order):
    """Gate blocks in PyTorch's order, and transposed."""
    blocks = np.split(weight, len(order), axis=-1)
    return torch.tensor(np.concatenate([blocks[i] for i in order], axis=-1).T)


def load(module, kernel, recurrent_kernel, biases, order):
    names = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")
    values = (kernel, recurrent_kernel, *biases)
    module.load_state_dict(
        {name: in_torch_order(value, order) for name, value in zip(names, values, strict=True)}
    )


def run(layer, inputs, states):
    with double_precision():
        outputs = layer(inputs, initial_state=states)
        return [keras.ops.convert_to_numpy(output) for output in outputs]


def arrays(number_of_states):
    rng = np.random.default_rng(0)
    return rng.normal(size=(2, LENGTH, FEATURES)), list(
        rng.normal(size=(number_of_states, 2, UNITS))
    )


def test_lstm(float64):
    layer = LSTM(UNITS, return_sequences=True, return_state=True, dtype="float64")
    layer.build((None, None, FEATURES))
    kernel, recurrent_kernel, bias = randomize(layer).get_weights()
    module = torch.nn.LSTM(FEATURES, UNITS, batch_first=True, dtype=torch.float64)
    load(module, kernel, recurrent_kernel, (bias, 0 * bias), order=(0, 1, 2, 3))  # i, f, g, o
    inputs, states = arrays(2)
    with torch.no_grad():
        h, c = (torch.tensor(state)[None] for state in states)
        expected, (last_h, last_c) = module(torch.tensor(inputs), (h, c))
    for ours, theirs in zip(
        run(layer, inputs, states), (expected, last_h[0], last_c[0]), strict=True
    ):
        np.testing.assert_allclose(ours, theirs.numpy(), atol=1e-12)


def test_gru(float64):
    layer = GRU(UNITS, return_sequences=True, return_state=True, dtype="float64")
    layer.build((None, None, FEATURES))
    kernel, recurrent_kernel, biases = randomize(layer).get_weights()
    module = torch.nn.GRU(FEATURES, UNITS, batch_first=True, dtype=torch.float64)
    load(module, kernel, recurrent_kernel, biases, order=(1, 0, 2))  # r, z, n
    inputs, states = arrays(1)
    with torch.no_grad():
        expected, last = module(torch.tensor(inputs), torch.tensor(states[0])[None])
    for ours, theirs in zip(run(layer, inputs, states), (expected, last[0]), strict=True):
        np.testing.assert_allclose(ours, theirs.numpy(), atol=1e-12)
