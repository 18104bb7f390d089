"""What a call was given, checked: at once where it is known, else in the graph."""

import keras
from keras import ops


def one_a_step(values, sequences, what):
    """The values [b, t], if there is one for each step of the sequences [b, t, ...].

    Where a graph does not know the sizes, it raises when it runs.

    Args:
        values: a tensor or array.
        sequences: a tensor.
        what: the values, in words, for the error.

    Raises:
        ValueError: on another shape.
    """
    values = ops.convert_to_tensor(values)
    shape, expected = tuple(values.shape), tuple(sequences.shape[:2])
    known = [pair for pair in zip(shape, expected, strict=False) if None not in pair]
    if len(shape) != 2 or any(size != other for size, other in known):
        raise ValueError(f"Expected {what} of the shape [b, t], here {expected}. Received: {shape}")
    # A graph that knows the shape of one of the two knows that of both from here on.
    return values if len(known) == 2 else ops.reshape(values, ops.shape(sequences)[:2])


def require(holds, message):
    """Raises if a boolean tensor is false.

    A TensorFlow graph and JAX's compiled code raise when they run, except where that costs or
    cannot be: within XLA on TensorFlow, which knows no assertions, and on JAX's accelerators, which
    would wait for the host.

    Raises:
        ValueError: with the message, where the value is known; the backend's own error elsewhere.
    """
    if _known(holds):
        if not holds:
            raise ValueError(message)
    elif keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        tf.debugging.Assert(holds, [message])
    elif keras.backend.backend() == "jax":
        import jax

        def fail():
            raise ValueError(message)

        if jax.default_backend() == "cpu":
            jax.lax.cond(holds, lambda: None, lambda: jax.debug.callback(fail))
    elif holds.device.type != "meta":  # Keras asks for shapes alone there
        from gated.private import assert_async

        assert_async(holds, message)


def _known(tensor):
    """Whether a value can be had without a graph, and without a wait for a device."""
    backend = keras.backend.backend()
    if backend == "tensorflow":
        import tensorflow as tf

        return tf.executing_eagerly()
    if backend == "jax":
        import jax

        return not isinstance(tensor, jax.core.Tracer)
    return tensor.device.type == "cpu"
