"""The time loop as a Python loop: PyTorch's only one, and `unroll=True` on the others."""

from keras import ops


def scan(step, inputs, states, widths, reverse=False):
    length = inputs[0].shape[0]
    outputs = [None] * length
    for t in reversed(range(length)) if reverse else range(length):
        states, outputs[t] = step([x[t] for x in inputs], states)
    return [ops.stack(steps) for steps in zip(*outputs, strict=True)], states
