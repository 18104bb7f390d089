"""The time loop that every recurrent layer runs on, one driver a backend.

    scan(step, inputs, states, mask=None, unroll=False) -> outputs, states

computes, for t = 1 ... T,

    states⟨t⟩ = step(inputs⟨t⟩, *states⟨t-1⟩)      where mask⟨t⟩ is true or there is no mask,
    states⟨t⟩ = states⟨t-1⟩                         elsewhere,

and collects the first state of every step.

Args:
    step: a function of the inputs of one step, [b, n], and the states, each [b, ...]; returns the
        new states as a tuple with the same shapes and dtypes.
    inputs: [b, t, n].
    states: a tuple of tensors, each [b, ...], the states before the first step.
    mask: None, or booleans [b, t]; any pattern, including rows that are false throughout.
    unroll: trace T copies of the step in place of a loop. T must be known.

Returns:
    `outputs` [b, t, ...], the first state after each step, and the tuple of the last states.
"""

import keras

from gated.recurrence.unrolled import scan_unrolled

if keras.backend.backend() == "tensorflow":
    from gated.recurrence.on_tensorflow import scan_loop
elif keras.backend.backend() == "jax":
    from gated.recurrence.on_jax import scan_loop
elif keras.backend.backend() == "torch":
    # PyTorch traces nothing: its loop is the unrolled one.
    scan_loop = scan_unrolled
else:
    raise ImportError(
        "gated runs on the tensorflow, jax and torch backends of Keras; "
        f"KERAS_BACKEND is {keras.backend.backend()!r}"
    )


def scan(step, inputs, states, mask=None, unroll=False):
    """Runs `step` over time; see the module."""
    return (scan_unrolled if unroll else scan_loop)(step, inputs, tuple(states), mask)
