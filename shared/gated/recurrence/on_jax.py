"""The time loop on JAX: `lax.scan`, cuDNN's LSTM, or kernels of our own."""

import jax
from jax import numpy
from jax.experimental import rnn

from gated.compiling import on_gpu
from gated.recurrence.native import flat_weights
from gated.recurrence.scan import Scan

plain = Scan()

#: The GPUs, by JAX's names for them, on which `python -m benchmarks.gpu` saw the kernels of `fused`
#: give the right values, and sooner than `lax.scan`; and the `room` that they have there.
FUSED: dict[str, int] = {}


def choose(sequences, training):
    if not on_gpu():
        return plain
    room = FUSED.get(jax.devices()[0].device_kind)
    if room is None:
        return plain
    # Here, because it takes a while, and on a CPU nobody needs it.
    from gated.recurrence.fused import Fused

    return Fused(room)


def native(run, rows, shared):
    """The LSTM of cuDNN, on a GPU. JAX has it in float32 only, and has no kernel for the GRU."""
    dtype = rows[0].dtype
    if not (on_gpu() and run.equations.native == "lstm" and dtype != "float64"):
        return None
    sequences, *states = (x.astype("float32") for x in rows)
    weights = flat_weights("lstm", [x.astype("float32") for x in shared], run.biased)
    batch, length, features = sequences.shape
    outputs, *last = rnn.lstm(
        sequences,
        *(state[None] for state in states),
        weights,
        numpy.full((batch,), length, "int32"),
        features,
        states[0].shape[-1],
        1,  # layers
        0.0,  # dropout
        False,  # bidirectional
    )
    return [outputs.astype(dtype), *(state[0].astype(dtype) for state in last)]


def differentiable(run, loop, rows, shared, constants):
    def forward(rows, shared):
        results, saved = run.forward(loop, rows, shared, constants)
        return results, (rows, shared, results[0], saved)

    def backward(residuals, upstream):
        rows, shared, outputs, saved = residuals
        return run.backward(loop, rows, shared, constants, outputs, saved, upstream)

    function = jax.custom_vjp(lambda rows, shared: forward(rows, shared)[0])
    function.defvjp(forward, backward)
    return function(rows, shared)
