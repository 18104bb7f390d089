"""Functions of a model, compiled by whichever backend, and the device that they run on."""

import functools

import keras


def compiled(function, variables=(), jit=False, of_any_size=False):
    """A function of tensors, and perhaps numbers, as the backend's compiler makes it.

    It is traced for every new shape, and for every new value of what is no tensor.

    Args:
        function: takes and returns tensors, or nests of them; it assigns to no variable.
        variables: the variables that it reads.
        jit: on TensorFlow, compile with XLA as a whole. JAX always does; PyTorch never.
        of_any_size: on TensorFlow, tensors of the same rank share what was traced. On JAX they do
            not; `few` makes few sizes of many.
    """
    backend = keras.backend.backend()
    if backend == "tensorflow":
        import tensorflow as tf

        return tf.function(function, autograph=False, jit_compile=jit, reduce_retracing=of_any_size)
    if backend == "jax":
        import jax

        def stateless(values, *given):
            pairs = zip(variables, values, strict=True)
            with keras.StatelessScope(state_mapping=list(pairs)):
                return function(*given)

        @functools.cache
        def run(numbers):
            return jax.jit(stateless, static_argnums=numbers)

        def call(*given):
            numbers = tuple(1 + i for i, one in enumerate(given) if isinstance(one, (int, float)))
            return run(numbers)([variable.value for variable in variables], *given)

        return call

    import torch

    @functools.wraps(function)
    def without_gradients(*given):
        with torch.inference_mode():
            return function(*given)

    return without_gradients


def predicting(model):
    """What a model makes of a batch, compiled; its arguments are the inputs, arrays of any size.

    For every size JAX compiles anew; `few` makes few of many.
    """

    def predict(*inputs):
        return model(list(inputs), training=False)

    if keras.backend.backend() != "tensorflow":
        return compiled(predict, model.variables)
    import tensorflow as tf

    signature = [tf.TensorSpec(one.shape, one.dtype) for one in model.inputs]
    return tf.function(predict, autograph=False, input_signature=signature)


def few(size):
    """What to pad to: on JAX the next of 8, 12, 16, 24, 32, 48, ...; elsewhere the size itself."""
    if keras.backend.backend() != "jax":
        return size
    power = 1 << max(3, (int(size) - 1).bit_length())
    return power * 3 // 4 if size <= power * 3 // 4 and power > 8 else power


def on_gpu():
    """Whether the backend has a GPU, which it runs everything on then."""
    backend = keras.backend.backend()
    if backend == "tensorflow":
        import tensorflow as tf

        return bool(tf.config.list_logical_devices("GPU"))
    if backend == "jax":
        import jax

        return jax.default_backend() == "gpu"

    import torch

    return torch.cuda.is_available()
