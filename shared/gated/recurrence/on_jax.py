"""The time loop on JAX: `lax.scan`, or cuDNN's LSTM."""

import jax
from jax import lax, numpy
from jax.experimental import rnn

from gated.recurrence.loop import Loop
from gated.recurrence.native import flat_weights


class Scan(Loop):
    fuses = True

    def scan(self, step, inputs, rows, weights, outputs, reverse=False):
        def body(rows, xs):
            rows, new = step(xs, rows, weights)
            return tuple(rows), new

        rows, stacks = lax.scan(body, tuple(rows), list(inputs), reverse=reverse)
        return stacks, rows


plain = Scan()


def choose(sequences, training):
    return plain


def native(run, rows, shared):
    """The LSTM of cuDNN, in float32 on a GPU. JAX has no kernel for the GRU."""
    sequences, *states = rows
    on_gpu = jax.default_backend() == "gpu"
    if not (on_gpu and run.equations.native == "lstm" and sequences.dtype == "float32"):
        return None
    batch, length, features = sequences.shape
    outputs, *last = rnn.lstm(
        sequences,
        *(state[None] for state in states),
        flat_weights("lstm", shared, run.biased),
        numpy.full((batch,), length, "int32"),
        features,
        states[0].shape[-1],
        1,  # layers
        0.0,  # dropout
        False,  # bidirectional
    )
    return [outputs, *(state[0] for state in last)]


def differentiable(run, loop, rows, shared, constants):
    def forward(rows, shared):
        results, kept = run.forward(loop, rows, shared, constants)
        return results, (rows, shared, results[0], kept)

    def backward(saved, upstream):
        rows, shared, outputs, kept = saved
        return run.backward(loop, rows, shared, constants, outputs, kept, upstream)

    function = jax.custom_vjp(lambda rows, shared: forward(rows, shared)[0])
    function.defvjp(forward, backward)
    return function(rows, shared)
