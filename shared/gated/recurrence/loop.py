"""What the engine asks of a time loop."""

from keras import ops


class Loop:
    """A time loop.

    Attributes:
        fuses: whether arithmetic costs less inside the loop than in passes over all steps.
        scratch: how many gates of a step go into tensors of their own, for nothing: XLA on a CPU
            does not vectorize a loop over an expression that holds all of them.
    """

    fuses = False
    scratch = 0

    def scan(self, step, inputs, rows, weights, outputs, reverse=False):
        """Runs `rows, new = step([x⟨t⟩ for x in inputs], rows, weights)` over t.

        Args:
            step: a function.
            inputs: tensors [t, ...].
            rows: tensors, what the first step is given.
            weights: tensors that all steps share.
            outputs: the shape and dtype of each of the tensors `new`.
            reverse: t = T ... 1, not 1 ... T.

        Returns:
            The stacks of `new`, [t, ...], and the last `rows`.
        """
        raise NotImplementedError

    def product(self, sequences, kernel, bias=()):
        """Sequences [t, b, n] times a kernel [n, m], as one product: one a step is far slower.

        Where arithmetic costs as much after the loop as in it, plus the bias [m], if there is one.
        """
        flat = ops.matmul(ops.reshape(sequences, (-1, sequences.shape[-1])), kernel)
        if bias and not self.fuses:
            flat = flat + bias[0]
        return ops.reshape(flat, (*ops.shape(sequences)[:-1], kernel.shape[-1]))

    def where(self, chosen, now, old):
        """`now` in the rows that are chosen, booleans [b, 1], `old` in the others."""
        return ops.where(chosen, now, old)

    def outer(self, left, right):
        """The sum of left⟨t⟩ᵀ right⟨t⟩ over all rows and steps, of [t, b, n] and [t, b, m].

        The gradient [n, m] by a matrix, from what it multiplied and the gradients by the products.
        """
        left = ops.reshape(left, (-1, left.shape[-1]))
        return ops.matmul(ops.transpose(left), ops.reshape(right, (-1, right.shape[-1])))
