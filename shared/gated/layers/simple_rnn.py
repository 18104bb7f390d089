"""The simple recurrent layer."""

import keras
from keras import ops

from gated.layers.recurrent import Recurrent


@keras.saving.register_keras_serializable("gated")
class SimpleRNN(Recurrent):
    """The simple (Elman) recurrent layer, drop-in for `keras.layers.SimpleRNN`.

        h⟨t⟩ = g(W_x x⟨t⟩ + W_h h⟨t-1⟩ + b)

    h is a⟨t⟩ in the course, where [W_ax; W_aa] are this layer's `kernel` and `recurrent_kernel`
    and g is tanh. Elman 1990, "Finding structure in time".

    Weights, as in Keras: `kernel` [features, units], `recurrent_kernel` [units, units], `bias`
    [units]. One state: `h` [b, units].

    Args, call arguments and errors: see `gated.layers.recurrent.Recurrent`. All but `units`,
    `activation` and `use_bias` by keyword.

    Returns:
        [b, units], or [b, t, units] with `return_sequences`; with `return_state` a tuple of that
        and `h`.
    """

    state_names = ("h",)

    @property
    def gates(self):
        return 1

    def equations(self, drop):
        recurrent_kernel = ops.convert_to_tensor(self.recurrent_kernel)

        def step(x, h):
            return (self.activation(x + ops.matmul(drop(h), recurrent_kernel)),)

        return step
