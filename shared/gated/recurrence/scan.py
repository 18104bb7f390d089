"""The time loop on JAX as `lax.scan`."""

from jax import lax, numpy

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

    # Were steps and rows made one axis, each of several devices would need the rows of all.

    def product(self, sequences, kernel, bias=()):
        return numpy.tensordot(sequences, kernel, 1)

    def outer(self, left, right):
        return numpy.tensordot(left, right, ((0, 1), (0, 1)))
