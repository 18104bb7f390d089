"""The gated recurrent unit, full and simplified."""

import keras
from keras import ops

from gated.layers.recurrent import Recurrent


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

    def equations(self, drop):
        if not self.relevance_gate:
            return self._simplified(drop)
        return self._reset_after(drop) if self.reset_after else self._reset_before(drop)

    def _simplified(self, drop):
        recurrent_kernel = ops.convert_to_tensor(self.recurrent_kernel)

        def step(x, h):
            update, candidate = ops.split(x + ops.matmul(drop(h), recurrent_kernel), 2, axis=-1)
            return (self._mix(update, h, candidate),)

        return step

    def _reset_after(self, drop):
        recurrent_kernel = ops.convert_to_tensor(self.recurrent_kernel)
        recurrent_bias = ops.convert_to_tensor(self.bias)[1] if self.use_bias else None

        def step(x, h):
            inner = ops.matmul(drop(h), recurrent_kernel)
            inner = inner if recurrent_bias is None else inner + recurrent_bias
            x_update, x_relevance, x_candidate = ops.split(x, 3, axis=-1)
            h_update, h_relevance, h_candidate = ops.split(inner, 3, axis=-1)
            relevance = self.recurrent_activation(x_relevance + h_relevance)
            return (self._mix(x_update + h_update, h, x_candidate + relevance * h_candidate),)

        return step

    def _reset_before(self, drop):
        recurrent_kernel = ops.convert_to_tensor(self.recurrent_kernel)
        gate_kernel = recurrent_kernel[:, : 2 * self.units]
        candidate_kernel = recurrent_kernel[:, 2 * self.units :]

        def step(x, h):
            dropped = drop(h)
            x_gates, x_candidate = x[:, : 2 * self.units], x[:, 2 * self.units :]
            update, relevance = ops.split(x_gates + ops.matmul(dropped, gate_kernel), 2, axis=-1)
            reset = self.recurrent_activation(relevance) * dropped
            return (self._mix(update, h, x_candidate + ops.matmul(reset, candidate_kernel)),)

        return step

    def _mix(self, update, h, candidate):
        z = self.recurrent_activation(update)
        return z * h + (1 - z) * self.activation(candidate)
