"""The long short-term memory layer, plain and with peephole connections."""

from dataclasses import dataclass

import keras
from keras import ops

from gated.layers.recurrent import Recurrent
from gated.recurrence import Equations, product
from gated.recurrence.native import is_default


@keras.saving.register_keras_serializable("gated")
class LSTM(Recurrent):
    """The long short-term memory layer, drop-in for `keras.layers.LSTM`, with peepholes.

    With σ the `recurrent_activation` and g the `activation`:

        update     i = σ(W_i x⟨t⟩ + U_i h⟨t-1⟩ + p_i * c⟨t-1⟩ + b_i)
        forget     f = σ(W_f x⟨t⟩ + U_f h⟨t-1⟩ + p_f * c⟨t-1⟩ + b_f)
        candidate  c̃ = g(W_c x⟨t⟩ + U_c h⟨t-1⟩ + b_c)
                   c⟨t⟩ = f * c⟨t-1⟩ + i * c̃
        output     o = σ(W_o x⟨t⟩ + U_o h⟨t-1⟩ + p_o * c⟨t⟩ + b_o)
                   h⟨t⟩ = o * g(c⟨t⟩)

    h is a⟨t⟩ in the course and i, f, o are its Γu, Γf, Γo; papers call i the input gate. The terms
    in p are the peephole connections, absent by default:

        peepholes=True        as above: the output gate sees the new cell c⟨t⟩.
                              Gers and Schmidhuber 2000, "Recurrent nets that time and count";
                              Gers, Schraudolph and Schmidhuber 2002, section 3.1.
        peepholes="previous"  the course's form: all three gates see c⟨t-1⟩.

    Hochreiter and Schmidhuber 1997; the forget gate: Gers, Schmidhuber and Cummins 2000.

    Weights, as in Keras: `kernel` [features, 4 units], `recurrent_kernel` [units, 4 units] and
    `bias` [4 units] in the order i, f, c̃, o; then, with peepholes, `peephole_kernel` [3, units] in
    the order p_i, p_f, p_o. Two states: `h` and `c`, each [b, units].

    Args:
        units, activation, use_bias: as in `gated.layers.recurrent.Recurrent`.
        recurrent_activation: the function σ of the gates.
        peepholes: `False`, `True` or `"previous"`.
        peephole_initializer, peephole_regularizer, peephole_constraint: of `peephole_kernel`.
        unit_forget_bias: start b_f at 1, so that the cell remembers at first (Jozefowicz,
            Zaremba and Sutskever 2015).

    The other args, by keyword, the call arguments and the errors are there too.

    Returns:
        [b, units], or [b, t, units] with `return_sequences`; with `return_state` a tuple of that,
        `h` and `c`.
    """

    state_names = ("h", "c")
    _options = (
        *Recurrent._options,
        "recurrent_activation",
        "peepholes",
        "peephole_initializer",
        "peephole_regularizer",
        "peephole_constraint",
        "unit_forget_bias",
    )

    def __init__(
        self,
        units,
        activation="tanh",
        recurrent_activation="sigmoid",
        use_bias=True,
        *,
        peepholes=False,
        peephole_initializer="glorot_uniform",
        peephole_regularizer=None,
        peephole_constraint=None,
        unit_forget_bias=True,
        **kwargs,
    ):
        super().__init__(units, activation, use_bias, **kwargs)
        if peepholes not in (False, True, "previous"):
            raise ValueError(
                f"`peepholes` must be False, True or 'previous'. Received: peepholes={peepholes!r}"
            )
        self.recurrent_activation = keras.activations.get(recurrent_activation)
        self.peepholes = peepholes
        self.peephole_initializer = keras.initializers.get(peephole_initializer)
        self.peephole_regularizer = keras.regularizers.get(peephole_regularizer)
        self.peephole_constraint = keras.constraints.get(peephole_constraint)
        self.unit_forget_bias = unit_forget_bias

    @property
    def gates(self):
        return 4

    def initial_bias(self, shape, dtype=None):
        if not self.unit_forget_bias:
            return super().initial_bias(shape, dtype)
        return ops.concatenate(
            [
                self.bias_initializer((self.units,), dtype=dtype),
                ops.ones((self.units,), dtype=dtype),
                self.bias_initializer((2 * self.units,), dtype=dtype),
            ]
        )

    def build(self, sequences_shape, initial_state_shape=None):
        super().build(sequences_shape, initial_state_shape)
        self.peephole_kernel = None
        if self.peepholes:
            self.peephole_kernel = self.add_weight(
                name="peephole_kernel",
                shape=(3, self.units),
                initializer=self.peephole_initializer,
                regularizer=self.peephole_regularizer,
                constraint=self.peephole_constraint,
            )

    def recurrent_weights(self):
        if not self.peepholes:
            return [self.recurrent_kernel]
        return [self.recurrent_kernel, *ops.unstack(ops.convert_to_tensor(self.peephole_kernel))]

    def equations(self):
        return _LSTMEquations(self.activation, self.recurrent_activation, peepholes=self.peepholes)


@dataclass(frozen=True)
class _LSTMEquations(Equations):
    peepholes: bool | str = False

    saved = 4
    emitted = (4,)

    @property
    def native(self):
        return None if self.peepholes or not is_default(self) else "lstm"

    def step(self, x, states, weights, drop):
        (h, c), (recurrent_kernel, *peepholes) = states, weights
        i, f, candidate, o = self.split(x + product(drop(h), recurrent_kernel), 1, 1, 1, 1)
        if self.peepholes:
            p_i, p_f, p_o = peepholes
            i, f = i + p_i * c, f + p_f * c
        i, f, candidate = self.sigma(i), self.sigma(f), self.g(candidate)
        new_c = f * c + i * candidate
        if self.peepholes:
            o = o + p_o * (c if self.peepholes == "previous" else new_c)
        o = self.sigma(o)
        return (o * self.g(new_c), new_c), (i, f, candidate, o)

    def factors(self, saved, before, h):
        i, f, candidate, o = saved
        c = f * before[1] + i * candidate
        value = self.g(c)
        return [
            candidate * self.dsigma(i),
            before[1] * self.dsigma(f),
            i * self.dg(candidate),
            value * self.dsigma(o),
            o * self.dg(value),
            f,
        ]

    def step_back(self, factors, gradients, weights, drop):
        to_i, to_f, to_candidate, to_o, through_output, f = factors
        (by_h, by_c), (recurrent_kernel, *peepholes) = gradients, weights
        by_o = by_h * to_o
        by_c = by_c + by_h * through_output
        if self.peepholes is True:
            by_c = by_c + peepholes[2] * by_o
        by_i, by_f = by_c * to_i, by_c * to_f
        by_old_c = by_c * f
        if self.peepholes:
            by_old_c = by_old_c + peepholes[0] * by_i + peepholes[1] * by_f
        if self.peepholes == "previous":
            by_old_c = by_old_c + peepholes[2] * by_o
        by_z = self.join(by_i, by_f, by_c * to_candidate, by_o)
        return (drop(product(by_z, recurrent_kernel)), by_old_c), [by_z]

    def gradients(self, emitted, saved, before, drop, outer):
        (by_z,), (old_h, old_c) = emitted, before
        by_recurrent_kernel = outer(drop(old_h), by_z)
        if not self.peepholes:
            return by_z, by_recurrent_kernel
        i, f, candidate, _ = (ops.cast(tensor, old_c.dtype) for tensor in saved)
        by_i, by_f, _, by_o = ops.split(ops.cast(by_z, old_c.dtype), 4, axis=-1)
        seen_by_o = old_c if self.peepholes == "previous" else f * old_c + i * candidate
        products = [old_c * by_i, old_c * by_f, seen_by_o * by_o]
        return by_z, by_recurrent_kernel, *(ops.sum(product, axis=(0, 1)) for product in products)
