"""The time loop that every recurrent layer runs on, and its backpropagation through time.

`recur` takes the equations of one step, and runs them over time, forward and back. Beside it a
driver for each backend has two functions:

    scan(step, inputs, states, widths, reverse=False) -> outputs, states
        for t = 1 ... T, or T ... 1 with `reverse`: states, outputs⟨t⟩ = step(inputs⟨t⟩, states)
        inputs and outputs are lists of tensors [t, b, ...], the outputs as wide as `widths` says

    differentiable(forward, backward) -> function
        forward(*tensors) -> outputs, kept
        backward(kept, *gradients by the outputs) -> gradients by the tensors, or None
"""

import keras

from gated.recurrence.engine import Equations, outer, recur

if keras.backend.backend() not in ("tensorflow", "jax", "torch"):
    raise ImportError(
        "gated runs on the tensorflow, jax and torch backends of Keras; "
        f"KERAS_BACKEND is {keras.backend.backend()!r}"
    )

__all__ = ["Equations", "outer", "recur"]
