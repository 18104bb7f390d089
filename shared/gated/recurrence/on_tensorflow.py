"""The time loop on TensorFlow: `tf.while_loop` over tensor arrays.

Tensor arrays, not slices of one tensor: the gradient of a slice taken in a loop is a whole
tensor of zeros at every step, and backpropagation through time would cost the square of the
length.
"""

import tensorflow as tf


def scan_loop(step, inputs, states, mask):
    length = inputs.shape[1] or tf.shape(inputs)[1]
    xs = tf.TensorArray(inputs.dtype, length).unstack(tf.transpose(inputs, (1, 0, 2)))
    keeps = None
    if mask is not None:
        keeps = tf.TensorArray(tf.bool, length).unstack(tf.transpose(mask)[..., None])
    outputs = tf.TensorArray(states[0].dtype, length, element_shape=states[0].shape)

    def body(t, outputs, states):
        new_states = step(xs.read(t), *states)
        if keeps is not None:
            keep = keeps.read(t)
            new_states = tuple(
                tf.where(keep, new, old) for new, old in zip(new_states, states, strict=True)
            )
        return t + 1, outputs.write(t, new_states[0]), new_states

    _, outputs, states = tf.while_loop(
        lambda t, *_: t < length,
        body,
        (tf.constant(0), outputs, states),
        # XLA needs a bound on the length to differentiate the loop.
        maximum_iterations=length,
    )
    stacked = outputs.stack()  # [t, b, n]
    axes = (1, 0, *range(2, len(stacked.shape)))
    stacked = tf.transpose(stacked, axes)
    return tf.ensure_shape(stacked, inputs.shape[:2] + states[0].shape[1:]), states
