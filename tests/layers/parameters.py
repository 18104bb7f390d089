"""Parameters over kinds of layer, fewer of them on JAX."""

import keras
import pytest


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
