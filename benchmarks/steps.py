"""The step that is timed: forward, or forward and the gradients of inputs and weights."""

import tensorflow as tf
import torch


def tensorflow_step(layer, x, training=True, jit_compile=False, **call):
    """A call of a layer; in training with the gradients of the inputs and of all weights."""
    x = tf.constant(x)
    upstream = tf.random.normal(layer(x, **call).shape)
    weights = [variable.value for variable in layer.trainable_variables]

    def forward():
        return [layer(x, **call)]

    def forward_and_back():
        with tf.GradientTape() as tape:
            tape.watch(x)
            loss = tf.reduce_sum(layer(x, training=True, **call) * upstream)
        return tape.gradient(loss, [x, *weights])

    step = tf.function(forward_and_back if training else forward, jit_compile=jit_compile)
    return lambda: [tensor.numpy() for tensor in step()]


def torch_step(layer, x, training=True):
    """The same for a recurrent module of PyTorch."""
    x = torch.tensor(x, requires_grad=training)
    upstream = torch.randn(layer(x)[0].shape)

    def forward():
        with torch.no_grad():
            return layer(x)

    def forward_and_back():
        layer.zero_grad()
        x.grad = None
        layer(x)[0].backward(upstream)

    return forward_and_back if training else forward
