"""Long sequences in a graph, and many of them, a part at a time.

Many requests may come at the same time, and what each holds in memory must be bounded.
"""

from collections.abc import Callable, Sequence
from typing import Any

import tensorflow as tf


def in_windows(
    read: Callable[[Any, Any, list], tuple[list, list]],
    length: Any,
    window: Any,
    states: list,
    count: int = 0,
    lengths: Any = None,
) -> tuple[list, list]:
    """Reads sequences in windows, each from the states after the one before it.

    Args:
        read: from the first step of a window, the step after its last one and the states before it
            to what it finds, `count` tensors float32 [b, t], and the states after it.
        length: steps of the sequence, at least 1 if anything is to be found.
        window: steps that are read at once, at least 1.
        states: those before the first step, [b, n] each.
        count: how many tensors are found in each window.
        lengths: steps of each sequence, the longest first, where they differ. Those that ended
            before a window are not read in it: `read` gets the states of the others, which are the
            first ones.

    Returns:
        What is found, `count` tensors [b, length], 0 where nothing was read; and the last states.
    """

    def goes_on(start, *_):
        return start < length

    def body(start, number, found, states):
        end = tf.minimum(start + window, length)
        if lengths is None:
            parts, states = read(start, end, states)
        else:
            going = tf.reduce_sum(tf.cast(lengths > tf.cast(start, lengths.dtype), tf.int32))
            ended = tf.size(lengths) - going
            parts, new = read(start, end, [state[:going] for state in states])
            parts = [tf.pad(x, [[0, ended], [0, 0]]) for x in parts]
            pairs = zip(new, states, strict=True)
            states = [tf.concat([now, old[going:]], 0) for now, old in pairs]
        # A TensorArray puts its elements together along their first axis.
        found = [a.write(number, tf.transpose(x)) for a, x in zip(found, parts, strict=True)]
        return end, number + 1, found, states

    arrays = [
        tf.TensorArray(tf.float32, 0, True, infer_shape=False, element_shape=[None, None])
        for _ in range(count)
    ]
    zero = tf.constant(0)
    of_states = [s.shape for s in states]
    if lengths is not None:
        of_states = [tf.TensorShape([None, *shape[1:]]) for shape in of_states]
    shapes = (zero.shape, zero.shape, [tf.TensorShape(None)] * count, of_states)
    *_, found, states = tf.while_loop(
        goes_on, body, (zero, zero, arrays, states), shapes, parallel_iterations=1
    )
    return [tf.transpose(array.concat()) for array in found], states


def in_groups(
    read: Callable[[Any], Sequence], ragged: Any, at_once: int, found: Sequence[tf.TensorSpec]
) -> tuple[Any, list]:
    """Reads sequences of like length at a time.

    Args:
        read: from some of the sequences, ragged [m, (t)], to what it finds.
        ragged: the sequences, [n, (t)].
        at_once: the most values that are read at once, padding among them; one sequence always is.
        found: what `read` gives, the first axis of unknown size.

    Returns:
        The places of the sequences in the order in which they were read, and what was found, one
        after the other in that order.
    """
    order = tf.argsort(ragged.row_lengths(), direction="DESCENDING", stable=True)
    ragged = tf.gather(ragged, order)
    lengths = ragged.row_lengths()
    count = tf.size(lengths)

    def goes_on(first, *_):
        return first < count

    def body(first, number, arrays):
        longest = tf.cast(tf.maximum(lengths[first], 1), tf.int32)
        last = tf.minimum(count, first + tf.maximum(1, at_once // longest))
        parts = read(tf.gather(ragged, tf.range(first, last)))
        return last, number + 1, [a.write(number, x) for a, x in zip(arrays, parts, strict=True)]

    arrays = [
        tf.TensorArray(spec.dtype, 0, True, infer_shape=False, element_shape=spec.shape)
        for spec in found
    ]
    *_, arrays = tf.while_loop(goes_on, body, (0, 0, arrays), parallel_iterations=1)
    return order, [array.concat() for array in arrays]
