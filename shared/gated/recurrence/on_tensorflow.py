"""The time loop on TensorFlow: `tf.while_loop` over tensor arrays.

Tensor arrays, not slices of one tensor: the gradient of a slice taken in a loop is a whole
tensor of zeros at every step, and backpropagation through time would cost the square of the
length.
"""

import tensorflow as tf


def scan(step, inputs, states, widths, reverse=False):
    first, *_ = inputs
    length = tf.shape(first)[0] if first.shape[0] is None else first.shape[0]
    arrays = [tf.TensorArray(x.dtype, length).unstack(x) for x in inputs]
    batch = states[0].shape[0]
    outputs = [
        tf.TensorArray(states[0].dtype, length, element_shape=(batch, width)) for width in widths
    ]

    def body(i, states, outputs):
        t = length - 1 - i if reverse else i
        states, new = step([array.read(t) for array in arrays], states)
        return i + 1, states, tuple(out.write(t, y) for out, y in zip(outputs, new, strict=True))

    _, states, outputs = tf.while_loop(
        lambda i, *_: i < length,
        body,
        (tf.constant(0), tuple(states), tuple(outputs)),
        # XLA needs a bound on the length to differentiate the loop.
        maximum_iterations=length,
    )
    stacks = [output.stack() for output in outputs]
    return [tf.ensure_shape(y, (first.shape[0], batch, y.shape[2])) for y in stacks], states


def differentiable(forward, backward):
    def run(*tensors):
        outputs, kept = forward(*tensors)
        return outputs, lambda *upstream: backward(kept, *upstream)

    function = tf.custom_gradient(run)
    # Read here, variables are tensors like the others to it.
    return lambda *tensors: function(*map(tf.convert_to_tensor, tensors))
