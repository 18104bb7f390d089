"""The time loop on JAX as `lax.scan`."""

from jax import lax

from gated.recurrence.loop import Loop


class Scan(Loop):
    fuses = True
    scratch = 2

    def scan(self, step, inputs, rows, weights, outputs, reverse=False):
        def body(rows, xs):
            rows, new = step(xs, rows, weights)
            return tuple(rows), new

        rows, stacks = lax.scan(body, tuple(rows), list(inputs), reverse=reverse)
        return stacks, rows
