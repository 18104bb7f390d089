"""The time loop that every recurrent layer runs on, and its backpropagation through time.

`recur` takes the equations of one step, and runs them over time, forward and back. Beside it a
driver for each backend has

    plain      a `Loop` that the backend can differentiate by itself
    choose(sequences, training)
               the `Loop` to run, or None where the driver has a way of its own
    native(run, rows, shared)
               the results of the backend's own kernel, differentiable, or None where there is none
    differentiable(run, loop, rows, shared, constants)
               the results of `run.forward`; their derivative is `run.backward`
"""

import keras

from gated.recurrence.engine import Equations, lost_in_xla, product, recur, scan

if keras.backend.backend() not in ("tensorflow", "jax", "torch"):
    raise ImportError(
        "gated runs on the tensorflow, jax and torch backends of Keras; "
        f"KERAS_BACKEND is {keras.backend.backend()!r}"
    )

__all__ = ["Equations", "lost_in_xla", "product", "recur", "scan"]
