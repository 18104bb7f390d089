"""What the kernels of cuDNN and PyTorch need: the weights in their layout."""

import keras
from keras import ops


def is_default(equations):
    """Whether the activations are those that the kernels have built in."""
    activations = (equations.activation, equations.recurrent_activation)
    return activations == (keras.activations.tanh, keras.activations.sigmoid)


def native_weights(kind, shared, biased):
    """The weights [4 units, n], [4 units, units], and the two biases [4 units], or none.

    3 units in the GRU, whose first two blocks change places: update and relevance gate here, the
    other way round there. The one bias of the LSTM is the first of the two there.
    """
    kernel, *rest = shared
    input_bias, rest = rest[:biased], rest[biased:]
    recurrent_kernel, *recurrent_bias = rest
    if biased and not recurrent_bias:
        recurrent_bias = [ops.zeros_like(input_bias[0])]
    order = {"lstm": (0, 1, 2, 3), "gru": (1, 0, 2)}[kind]

    def ordered(weight):
        blocks = ops.split(weight, len(order), axis=-1)
        return ops.transpose(ops.concatenate([blocks[i] for i in order], axis=-1))

    return [ordered(weight) for weight in (kernel, recurrent_kernel, *input_bias, *recurrent_bias)]


def flat_weights(kind, shared, biased):
    """The same as one vector, with zeros for biases that there are not, as cuDNN takes it."""
    kernel, recurrent_kernel, *biases = native_weights(kind, shared, biased)
    biases = biases or [ops.zeros((2 * kernel.shape[0],), dtype=kernel.dtype)]
    return ops.concatenate(
        [ops.reshape(weight, (-1,)) for weight in (kernel, recurrent_kernel, *biases)]
    )
