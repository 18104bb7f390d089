"""Outputs and gradients of a layer, asked for in one way on every backend."""

import contextlib
from typing import NamedTuple
from unittest import mock

import keras
import numpy as np
from keras import ops
from keras.src.backend.common import dtypes


class Result(NamedTuple):
    """Outputs of a layer, and the gradients of their weighted sum; all NumPy arrays."""

    outputs: list  # the output, then the last states if the layer returns them
    inputs: np.ndarray
    states: list
    weights: list  # one a trainable weight, in the order of `trainable_weights`


@contextlib.contextmanager
def double_precision():
    """Makes float64 mean float64, on JAX and PyTorch too.

    There Keras 3.15 computes every product of float64 tensors in float32, by the table patched
    here, and JAX makes any float64 array float32 unless asked otherwise.
    """
    with contextlib.ExitStack() as stack:
        stack.enter_context(mock.patch.dict(dtypes.BIT64_TO_BIT32_DTYPE, {"float64": "float64"}))
        if keras.backend.backend() == "jax":
            import jax

            stack.enter_context(jax.enable_x64(True))
        yield


def randomize(layer, seed=0):
    """Gives every weight of a built layer a random value, biases and peepholes included."""
    rng = np.random.default_rng(seed)
    layer.set_weights([rng.normal(0, 0.7, w.shape) for w in layer.get_weights()])
    return layer


def weighted_sum(outputs, multiply_and_sum):
    """The sum of all outputs times fixed random numbers, so that no two entries count the same."""
    rng = np.random.default_rng(99)
    return sum(multiply_and_sum(output, rng.normal(size=output.shape)) for output in outputs)


def value_and_gradients(layer, inputs, initial_state=(), compiled=False, **call):
    """Runs a built layer forward and backward.

    Args:
        layer: a built layer.
        inputs: an array [b, t, features].
        initial_state: arrays, or () for none.
        compiled: on TensorFlow, run as a graph of unknown batch and length. JAX always compiles,
            which is quicker here than its operations one by one; PyTorch never does.
        call: the other call arguments, such as `mask`.
    """
    run = {"tensorflow": _on_tensorflow, "jax": _on_jax, "torch": _on_torch}
    dtype = layer.compute_dtype
    inputs = ops.convert_to_tensor(inputs, dtype=dtype)
    states = [ops.convert_to_tensor(state, dtype=dtype) for state in initial_state]
    if call.get("mask") is not None:
        call["mask"] = ops.convert_to_tensor(call["mask"], dtype="bool")
    if compiled and keras.backend.backend() == "tensorflow":
        outputs, gradients = _on_tensorflow(layer, inputs, states, call, compiled=True)
    else:
        outputs, gradients = run[keras.backend.backend()](layer, inputs, states, call)
    outputs = [ops.convert_to_numpy(output) for output in outputs]
    by_inputs, by_states, by_weights = keras.tree.map_structure(ops.convert_to_numpy, gradients)
    return Result(outputs, by_inputs, list(by_states), list(by_weights))


def assert_same(result, expected, tolerance):
    """Compares each array with the one expected, relative to the largest entry of the latter."""
    for name in Result._fields:
        ours, theirs = getattr(result, name), getattr(expected, name)
        ours, theirs = ([ours], [theirs]) if name == "inputs" else (ours, theirs)
        for i, (one, other) in enumerate(zip(ours, theirs, strict=True)):
            scale = max(1.0, np.abs(other).max(initial=0))
            np.testing.assert_allclose(
                one, other, rtol=0, atol=tolerance * scale, err_msg=f"{name}[{i}]"
            )


def _call(layer, inputs, states, call):
    return _listed(layer(inputs, initial_state=list(states) or None, **call))


def _listed(outputs):
    return list(outputs) if isinstance(outputs, (list, tuple)) else [outputs]


def _total(outputs):
    return weighted_sum(
        outputs, lambda output, weights: ops.sum(output * ops.cast(weights, output.dtype))
    )


def _on_tensorflow(layer, inputs, states, call, compiled=False):
    import tensorflow as tf

    variables = [variable.value for variable in layer.trainable_variables]

    def forward(inputs, states, mask=None):
        return _call(layer, inputs, states, {**call, "mask": mask})

    masks = [] if call.get("mask") is None else [call["mask"]]
    if compiled:
        # Nothing known of the batch and the length: what a graph meets in `fit` and in an export.
        unknown = [tf.TensorSpec([None, None, inputs.shape[-1]], inputs.dtype)]
        unknown.append([tf.TensorSpec([None, state.shape[1]], state.dtype) for state in states])
        unknown += [tf.TensorSpec([None, None], mask.dtype) for mask in masks]
        forward = tf.function(forward, input_signature=unknown)
    with tf.GradientTape() as tape:
        tape.watch([inputs, *states])
        outputs = forward(inputs, states, *masks)
        total = _total(outputs)
    # A masked batch may leave a weight without effect: its gradient is then zero.
    zero = tf.UnconnectedGradients.ZERO
    gradients = tape.gradient(total, (inputs, states, variables), unconnected_gradients=zero)
    return outputs, gradients


def _on_jax(layer, inputs, states, call):
    import jax

    def total(inputs, states, weights):
        # Not `stateless_call`, which skips what `__call__` does: in mixed precision, the casts.
        with keras.StatelessScope(list(zip(layer.trainable_variables, weights, strict=True))):
            outputs = _call(layer, inputs, states, call)
        return _total(outputs), outputs

    run = jax.value_and_grad(total, argnums=(0, 1, 2), has_aux=True)
    weights = [variable.value for variable in layer.trainable_variables]
    (_, outputs), gradients = jax.jit(run)(inputs, states, weights)
    return outputs, gradients


def _on_torch(layer, inputs, states, call):
    import torch

    weights = [variable.value for variable in layer.trainable_variables]
    leaves = [leaf.detach().requires_grad_() for leaf in (inputs, *states)]
    outputs = _call(layer, leaves[0], leaves[1:], call)
    found = torch.autograd.grad(
        _total(outputs), [*leaves, *weights], allow_unused=True, materialize_grads=True
    )
    split = 1 + len(states)
    return [output.detach() for output in outputs], (found[0], found[1:split], found[split:])
