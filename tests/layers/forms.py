"""Every form of the recurrent layers, with the outputs and gradients that `reference` expects."""

import numpy as np

from gated.layers import GRU, LSTM, Bidirectional, Deep, SimpleRNN
from tests.gradients import Result, weighted_sum
from tests.layers import reference

# The layer, its options, its equations, and their settings.
FORMS = {
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


def make(name, units, **options):
    """A layer that returns its sequences and its states."""
    layer_class, own, _, _ = FORMS[name]
    return layer_class(units, return_sequences=True, return_state=True, **own, **options)


def make_bidirectional(units, dtype):
    return Bidirectional(make("LSTM peepholes", units, dtype=dtype), dtype=dtype)


def make_deep(units, dtype):
    return Deep(make("GRU", units, dtype=dtype), depth=2, dtype=dtype)


def one(name):
    """The function from the arrays of a call to the outputs and the last states."""
    _, _, equations, settings = FORMS[name]

    def forward(inputs, states, weights, mask, zero_output_for_mask=False):
        step = equations(*weights, **settings)
        outputs, last = reference.run(step, inputs, states, mask, zero_output_for_mask)
        return [outputs, *last]

    return forward


def bidirectional(inputs, states, weights, mask):
    """Of `make_bidirectional`."""
    forward = one("LSTM peepholes")
    turned = None if mask is None else mask[:, ::-1]
    there, *last = forward(inputs, states[:2], weights[:4], mask, True)
    back, *first = forward(inputs[:, ::-1], states[2:], weights[4:], turned, True)
    return [np.concatenate([there, back[:, ::-1]], axis=-1), *last, *first]


def deep(inputs, states, weights, mask):
    """Of `make_deep`."""
    below, first = one("GRU")(inputs, states[:1], weights[:3], mask)
    above, last = one("GRU")(below, states[1:], weights[3:], mask)
    return [above, first, last]


def expected(forward, inputs, states, weights, mask):
    """The outputs, and the gradients of their weighted sum."""
    count = len(states)

    def outputs(inputs, *arrays):
        return forward(inputs, arrays[:count], arrays[count:], mask)

    def total(*arrays):
        return weighted_sum(outputs(*arrays), lambda output, factors: (output * factors).sum())

    arrays = [inputs, *states, *weights]
    by_inputs, *others = reference.derivatives(total, arrays)
    return Result(outputs(*arrays), by_inputs, others[:count], others[count:])
