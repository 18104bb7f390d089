"""The gated recurrent unit, full and simplified."""

import keras
from keras import ops

from gated.layers.recurrent import Recurrent
from gated.recurrence import Equations, product
from gated.recurrence.native import is_default


@keras.saving.register_keras_serializable("gated")
class GRU(Recurrent):
    """The gated recurrent unit, drop-in for `keras.layers.GRU`.

    The full unit (`relevance_gate=True`), with σ the `recurrent_activation` and g the
    `activation`:

        update     z = σ(W_z x⟨t⟩ + U_z h⟨t-1⟩ + b_z)
        relevance  r = σ(W_r x⟨t⟩ + U_r h⟨t-1⟩ + b_r)
        candidate  h̃ = g(W_h x⟨t⟩ + b_h + r * (U_h h⟨t-1⟩ + b'_h))      reset_after=True
                   h̃ = g(W_h x⟨t⟩ + b_h + U_h (r * h⟨t-1⟩))              reset_after=False
                   h⟨t⟩ = z * h⟨t-1⟩ + (1 - z) * h̃

    The simplified unit (`relevance_gate=False`) has no r:

                   h̃ = g(W_h x⟨t⟩ + U_h h⟨t-1⟩ + b_h)

    In the course c⟨t⟩ = Γu * c̃⟨t⟩ + (1 - Γu) * c⟨t-1⟩: its memory cell c is this layer's h, its
    relevance gate Γr is r, and its update gate Γu is 1 - z, because z here says, as in Keras and
    in the first paper, how much of the old state to keep.

    Cho et al. 2014, "Learning phrase representations using RNN encoder-decoder", section 2.3,
    with the reset before the product; `reset_after=True` is the form of cuDNN and of PyTorch.

    Weights, as in Keras: `kernel` [features, 3 units] and `recurrent_kernel` [units, 3 units] in
    the order z, r, h̃; `bias` [2, 3 units] (input and recurrent) with `reset_after`, else
    [3 units]. Without the relevance gate the blocks are z, h̃ and the bias is [2 units]. One
    state: `h` [b, units].

    Args:
        units, activation, use_bias: as in `gated.layers.recurrent.Recurrent`.
        recurrent_activation: the function σ of the gates.
        relevance_gate: whether the unit has the gate r.
        reset_after: whether r is applied after the recurrent product. Without the relevance gate
            there is nothing to reset, and the two are the same.

    The other args, by keyword, the call arguments and the errors are there too.

    Returns:
        [b, units], or [b, t, units] with `return_sequences`; with `return_state` a tuple of that
        and `h`.
    """

    state_names = ("h",)
    _options = (*Recurrent._options, "recurrent_activation", "relevance_gate", "reset_after")

    def __init__(
        self,
        units,
        activation="tanh",
        recurrent_activation="sigmoid",
        use_bias=True,
        *,
        relevance_gate=True,
        reset_after=True,
        **kwargs,
    ):
        super().__init__(units, activation, use_bias, **kwargs)
        self.recurrent_activation = keras.activations.get(recurrent_activation)
        self.relevance_gate = relevance_gate
        self.reset_after = reset_after

    @property
    def gates(self):
        return 3 if self.relevance_gate else 2

    @property
    def _two_biases(self):
        return self.relevance_gate and self.reset_after

    @property
    def bias_shape(self):
        return (2, 3 * self.units) if self._two_biases else super().bias_shape

    def input_bias(self):
        return self.bias[0] if self.use_bias and self._two_biases else self.bias

    def recurrent_weights(self):
        with_bias = self.use_bias and self._two_biases
        return [self.recurrent_kernel, *([self.bias[1]] if with_bias else [])]

    def equations(self):
        if not self.relevance_gate:
            kind = _SimplifiedEquations
        else:
            kind = _ResetAfterEquations if self.reset_after else _ResetBeforeEquations
        return kind(self.activation, self.recurrent_activation)


class _GRUEquations(Equations):
    """What the three forms share: h⟨t⟩ = z * h⟨t-1⟩ + (1 - z) * h̃."""

    def mix(self, z, h, candidate):
        return (z * h + (1 - z) * candidate,)

    def to_update_and_candidate(self, z, candidate, before):
        return (before[0] - candidate) * self.dsigma(z), (1 - z) * self.dg(candidate)


class _SimplifiedEquations(_GRUEquations):
    saved = 2
    emitted = (2,)

    def step(self, x, states, weights, drop):
        (h,), (recurrent_kernel,) = states, weights
        z, candidate = self.split(x + product(drop(h), recurrent_kernel), 1, 1)
        z, candidate = self.sigma(z), self.g(candidate)
        return self.mix(z, h, candidate), (z, candidate)

    def factors(self, saved, before, h):
        z, candidate = saved
        gates = self.to_update_and_candidate(z, candidate, before)
        return [self.join(*gates), z]

    def step_back(self, factors, gradients, weights, drop):
        (gates, z), (by_h,), (recurrent_kernel,) = factors, gradients, weights
        by_x = self.join(by_h, by_h) * gates
        return (by_h * z + drop(product(by_x, recurrent_kernel)),), [by_x]

    def gradients(self, emitted, saved, before, drop, outer):
        (by_x,) = emitted
        return by_x, outer(drop(before[0]), by_x)


class _ResetAfterEquations(_GRUEquations):
    saved = 4
    emitted = (3, 1)

    @property
    def native(self):
        return "gru" if is_default(self) else None

    def step(self, x, states, weights, drop):
        (h,), (recurrent_kernel, *bias) = states, weights
        inner = product(drop(h), recurrent_kernel)
        inner = inner + bias[0] if bias else inner
        x_gates, x_candidate = self.split(x, 2, 1)
        h_gates, h_candidate = self.split(inner, 2, 1)
        z, r = self.split(self.sigma(x_gates + h_gates), 1, 1)
        candidate = self.g(x_candidate + r * h_candidate)
        return self.mix(z, h, candidate), (z, r, candidate, h_candidate)

    def factors(self, saved, before, h):
        z, r, candidate, h_candidate = saved
        to_z, to_candidate = self.to_update_and_candidate(z, candidate, before)
        to_r = to_candidate * h_candidate * self.dsigma(r)
        return [self.join(to_z, to_r, to_candidate * r), to_candidate, z]

    def step_back(self, factors, gradients, weights, drop):
        (gates, to_candidate, z), (by_h,), (recurrent_kernel, *_) = factors, gradients, weights
        by_inner = self.join(by_h, by_h, by_h) * gates
        by_old = by_h * z + drop(product(by_inner, recurrent_kernel))
        return (by_old,), [by_inner, by_h * to_candidate]

    def gradients(self, emitted, saved, before, drop, outer):
        by_inner, by_candidate = emitted
        units = by_candidate.shape[-1]
        by_x = ops.concatenate([by_inner[..., : 2 * units], by_candidate], axis=-1)
        return by_x, outer(drop(before[0]), by_inner), ops.sum(by_inner, axis=(0, 1))


class _ResetBeforeEquations(_GRUEquations):
    saved = 3
    emitted = (3,)
    one_product = False

    def step(self, x, states, weights, drop):
        (h,), (recurrent_kernel,) = states, weights
        units = recurrent_kernel.shape[0]
        x_gates, x_candidate = self.split(x, 2, 1)
        h_gates = product(drop(h), recurrent_kernel[:, : 2 * units])
        z, r = self.split(self.sigma(x_gates + h_gates), 1, 1)
        inner = product(r * drop(h), recurrent_kernel[:, 2 * units :])
        candidate = self.g(x_candidate + inner)
        return self.mix(z, h, candidate), (z, r, candidate)

    def factors(self, saved, before, h):
        z, r, candidate = saved
        to_z, to_candidate = self.to_update_and_candidate(z, candidate, before)
        return [to_z, to_candidate, before[0] * self.dsigma(r), r, z]

    def step_back(self, factors, gradients, weights, drop):
        to_z, to_candidate, to_r, r, z = factors
        (by_h,), (recurrent_kernel,) = gradients, weights
        units = recurrent_kernel.shape[-1]
        by_candidate = by_h * to_candidate
        by_reset = drop(product(by_candidate, recurrent_kernel[2 * units :]))
        by_gates = self.join(by_h * to_z, by_reset * to_r)
        by_old = by_h * z + by_reset * r + drop(product(by_gates, recurrent_kernel[: 2 * units]))
        return (by_old,), [self.join(by_gates, by_candidate)]

    def gradients(self, emitted, saved, before, drop, outer):
        (by_x,) = emitted
        h = drop(before[0])
        by_gates, by_candidate = ops.split(by_x, [2 * h.shape[-1]], axis=-1)
        by_kernels = [outer(h, by_gates), outer(saved[1] * h, by_candidate)]
        return by_x, ops.concatenate(by_kernels, axis=-1)
