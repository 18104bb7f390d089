"""Parameters over kinds of layer, fewer of them on JAX."""

import keras
import pytest

from gated.layers import GRU, LSTM, SimpleRNN


def each(layers, on_jax):
    """One parameter a layer; on JAX, which compiles for a second or more, only some.

    Args:
        layers: what makes each layer, by name.
        on_jax: names of those that between them take every path through the shared code.
    """
    spared = pytest.mark.skipif(
        keras.backend.backend() == "jax",
        reason="long to compile on JAX, and the same code as other layers, which are tested there",
    )
    return [
        pytest.param(make, id=name, marks=[] if name in on_jax else [spared])
        for name, make in layers.items()
    ]


# One of each recurrence, 4 units wide.
LAYERS = {
    "SimpleRNN": lambda **options: SimpleRNN(4, **options),
    "GRU": lambda **options: GRU(4, **options),
    "GRU reset before": lambda **options: GRU(4, reset_after=False, **options),
    "GRU simplified": lambda **options: GRU(4, relevance_gate=False, **options),
    "LSTM": lambda **options: LSTM(4, peepholes=True, **options),
}
