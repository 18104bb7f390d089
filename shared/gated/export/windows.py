"""Long sequences in a graph, a part at a time."""

from collections.abc import Callable
from typing import Any

import tensorflow as tf


def in_windows(
    read: Callable[[Any, Any, list], tuple[list, list]],
    length: Any,
    window: Any,
    states: list,
    count: int = 0,
) -> tuple[list, list]:
    """Reads a sequence in windows, each from the states after the one before it.

    Args:
        read: from the first step of a window, the step after its last one and the states before it
            to what it finds, `count` tensors float32 [b, t], and the states after it.
        length: steps of the sequence, at least 1 if anything is to be found.
        window: steps that are read at once, at least 1.
        states: those before the first step, [b, n] each.
        count: how many tensors are found in each window.

    Returns:
        What is found, `count` tensors [b, length], and the last states.
    """

    def goes_on(start, *_):
        return start < length

    def body(start, number, found, states):
        end = tf.minimum(start + window, length)
        parts, states = read(start, end, states)
        # A TensorArray puts its elements together along their first axis.
        found = [a.write(number, tf.transpose(x)) for a, x in zip(found, parts, strict=True)]
        return end, number + 1, found, states

    arrays = [
        tf.TensorArray(tf.float32, 0, True, infer_shape=False, element_shape=[None, None])
        for _ in range(count)
    ]
    zero = tf.constant(0)
    shapes = (zero.shape, zero.shape, [tf.TensorShape(None)] * count, [s.shape for s in states])
    *_, found, states = tf.while_loop(
        goes_on, body, (zero, zero, arrays, states), shapes, parallel_iterations=1
    )
    return [tf.transpose(array.concat()) for array in found], states
