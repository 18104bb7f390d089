"""The time loop as a Python loop: PyTorch's only one, and `unroll=True` on the others."""

from keras import ops


def scan_unrolled(step, inputs, states, mask):
    outputs = []
    for t in range(inputs.shape[1]):
        new_states = step(inputs[:, t], *states)
        if mask is not None:
            keep = mask[:, t, None]
            new_states = tuple(
                ops.where(keep, new, old) for new, old in zip(new_states, states, strict=True)
            )
        states = new_states
        outputs.append(states[0])
    return ops.stack(outputs, axis=1), states
