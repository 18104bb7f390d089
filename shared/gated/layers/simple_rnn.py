"""The simple recurrent layer."""

import keras

from gated.layers.recurrent import Recurrent
from gated.recurrence import Equations, product


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

    def equations(self):
        return _SimpleRNNEquations(self.activation)


class _SimpleRNNEquations(Equations):
    def step(self, x, states, weights, drop):
        (h,), (recurrent_kernel,) = states, weights
        return (self.g(x + product(drop(h), recurrent_kernel)),), ()

    def factors(self, saved, before, h):
        return [self.dg(h)]

    def step_back(self, factors, gradients, weights, drop):
        (dg,), (by_h,), (recurrent_kernel,) = factors, gradients, weights
        by_x = by_h * dg
        return (drop(product(by_x, recurrent_kernel)),), [by_x]

    def gradients(self, emitted, saved, before, drop, outer):
        (by_x,) = emitted
        return by_x, outer(drop(before[0]), by_x)
