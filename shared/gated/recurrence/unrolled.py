"""The time loop as a Python loop: PyTorch's only one, and `unroll=True` on the others."""

from keras import ops

from gated.recurrence.loop import Loop


class Unrolled(Loop):
    """One copy of the step after the other. The length must be known."""

    def scan(self, step, inputs, rows, weights, outputs, reverse=False):
        length = inputs[0].shape[0]
        if length == 0:
            return [ops.zeros((0, *shape), dtype=dtype) for shape, dtype in outputs], rows
        stacks = [None] * length
        for t in reversed(range(length)) if reverse else range(length):
            rows, stacks[t] = step([x[t] for x in inputs], rows, weights)
        return [ops.stack(steps) for steps in zip(*stacks, strict=True)], rows
