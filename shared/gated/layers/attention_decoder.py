"""The decoder of a sequence-to-sequence model, which attends to what the encoder has made."""

import keras
from keras import ops

from gated.layers.deep import Deep
from gated.layers.recurrent import Recurrent
from gated.recurrence import scan


@keras.saving.register_keras_serializable("gated")
class AttentionDecoder(keras.layers.Layer):
    """A deep recurrent network that looks at another sequence at every step.

        s[0]⟨t⟩ = [y⟨t⟩ ; ã⟨t-1⟩]                            y⟨t⟩ alone without input feeding
        s[l]⟨t⟩ = layer l over dropout(s[l-1]⟨t⟩)             l = 1 ... L
        context⟨t⟩ = attention of s[L]⟨t⟩ over the sequence
        ã⟨t⟩ = tanh(W [context⟨t⟩ ; s[L]⟨t⟩] + b)

    ã is the attentional vector, by which the next token is predicted; that the next step sees it is
    called input feeding: what has been translated already is known (Luong, Pham and Manning 2015,
    section 3.3). Before the first step it is 0.

    Args:
        deep: a stack of recurrent layers, all of one direction, as `Deep` or one layer.
        attention: a `gated.layers.Attention`.
        units: the width of ã.
        input_feeding: whether a step sees the ã before it. Without, the recurrent layers run as
            fast as alone.

    Call arguments:
        sequences: y, [b, t, features].
        memory: what is attended to, [b, t', m].
        initial_state: the states of all layers before the first step, first layer's first, and
            last ã, each [b, n]; zeros if None.
        memory_mask: booleans [b, t'], the steps of the memory that are there. None: those of the
            mask that it comes with, else all.
        training: whether to drop out.

    Returns:
        ã, [b, t, units]; α, float32 [b, t, t']; and the last states, in the order of the initial
        ones.

    Raises:
        ValueError: on layers that are not `gated`'s own, or bidirectional ones, that carry states
            from batch to batch, or do not return their sequences and states.
    """

    def __init__(self, deep, attention, units, input_feeding=True, **kwargs):
        super().__init__(**kwargs)
        if isinstance(deep, Recurrent):
            deep = Deep([deep], dtype=deep.dtype_policy)
        if not isinstance(deep, Deep) or not all(isinstance(one, Recurrent) for one in deep.layers):
            raise ValueError(
                f"The decoder is made of recurrent layers of gated. Received: {deep!r}"
            )
        if deep.stateful or deep.residual:
            raise ValueError("The layers of a decoder cannot be stateful or residual.")
        if not (deep.return_sequences and deep.return_state):
            raise ValueError(
                "The layers of a decoder need `return_sequences=True` and `return_state=True`."
            )
        self.deep, self.attention = deep, attention
        self.units, self.input_feeding = units, input_feeding
        self.out = keras.layers.Dense(units, "tanh", name="attentional", dtype=self.dtype_policy)

        self.supports_masking = True

    def compute_mask(self, sequences, previous_mask=None):
        return None

    @property
    def state_size(self):
        """The widths of the states, ã last."""
        return [*self.deep.state_size, self.units]

    def get_initial_state(self, batch_size):
        """Zeros, one tensor [batch_size, n] a state."""
        return [ops.zeros((batch_size, size), dtype=self.compute_dtype) for size in self.state_size]

    def build(self, sequences_shape, memory_shape):
        features = sequences_shape[-1]
        fed = self.units if self.input_feeding else 0
        seen = self.deep.layers[-1].units
        for layer, shapes in (
            (self.deep, [(*sequences_shape[:2], features + fed)]),
            (self.attention, [(None, None, seen), memory_shape]),
            (self.out, [(None, None, memory_shape[-1] + seen)]),
        ):
            # Of a file they may come as they were when they were saved.
            if not layer.built:
                layer.build(*shapes)

    def call(self, sequences, memory, initial_state=None, memory_mask=None, training=False):
        batch = ops.shape(sequences)[0]
        states = list(initial_state or self.get_initial_state(batch))
        if not self.input_feeding:
            h, *last = self.deep(sequences, initial_state=states[:-1], training=training)
            contexts, weights = self.attention(h, memory, sequences_mask=memory_mask)
            fed = self.out(ops.concatenate([contexts, h], axis=-1))
            return fed, weights, *last, fed[:, -1]
        prepared = self.attention.prepare(memory, memory_mask)
        layers = self._in_this_call(batch, training)
        # What does not depend on the step before is one product for all.
        x = ops.transpose(layers[0].read(sequences), (1, 0, 2))

        def step(xs, rows, weights):
            fed, weights, rows = self._step(xs[0], rows, prepared, layers)
            return rows, (fed, weights)

        outputs = [
            ((batch, self.units), self.compute_dtype),
            ((batch, ops.shape(memory)[1]), "float32"),
        ]
        (fed, weights), last = scan(step, [x], states, outputs)
        return ops.transpose(fed, (1, 0, 2)), ops.transpose(weights, (1, 0, 2)), *last

    def step(self, tokens, states, prepared):
        """One step of decoding.

        Args:
            tokens: y⟨t⟩, [b, features].
            states: those before it, ã last.
            prepared: of the memory, by `attention.prepare`.

        Returns:
            ã⟨t⟩, α⟨t⟩ and the states after it.
        """
        layers = self._in_this_call(ops.shape(tokens)[0], training=False)
        return self._step(layers[0].read(tokens[:, None])[:, 0], states, prepared, layers)

    def _in_this_call(self, batch, training):
        fed = self.units if self.input_feeding else 0
        drops = [None, *self.deep.drops]
        return [
            _Layer(layer, drop, fed if i == 0 else 0, batch, training)
            for i, (layer, drop) in enumerate(zip(self.deep.layers, drops, strict=True))
        ]

    def _step(self, x, states, prepared, layers):
        *states, fed = states
        after, h = [], None
        for layer in layers:
            if h is not None:
                x = layer.read(h[:, None])[:, 0]
            elif self.input_feeding:
                x = x + layer.read_fed(fed)
            own, states = states[: layer.count], states[layer.count :]
            own = layer.step(x, own)
            h = own[0]
            after += own
        context, weights = self.attention.attend(h, prepared)
        fed = self.out(ops.concatenate([context, h], axis=-1))
        return fed, weights, [*after, fed]

    def compute_output_shape(self, sequences_shape, memory_shape):
        b, t, _ = sequences_shape
        states = [(b, size) for size in self.state_size]
        return (b, t, self.units), (b, t, memory_shape[1]), *states

    def get_config(self):
        layers = {
            name: keras.saving.serialize_keras_object(getattr(self, name))
            for name in ("deep", "attention")
        }
        own = {name: getattr(self, name) for name in ("units", "input_feeding")}
        return {**super().get_config(), **layers, **own}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        layers = {
            name: keras.saving.deserialize_keras_object(config[name], custom_objects)
            for name in ("deep", "attention")
        }
        return cls(**{**config, **layers})


class _Layer:
    """A recurrent layer in one call of the decoder: its weights, and what is dropped in it."""

    def __init__(self, layer, drop, fed, batch, training):
        """Args: fed: how many features at the end of its input come from the step before."""
        self.equations, self.count, self.fed = layer.equations(), len(layer.state_names), fed
        self.kernel, self.bias = ops.convert_to_tensor(layer.kernel), layer.input_bias()
        recurrent, *others = map(ops.convert_to_tensor, layer.recurrent_weights())
        keep = layer.dropout_mask(layer.weight_dropout, recurrent.shape, training)
        self.weights = [recurrent if keep is None else recurrent * keep, *others]
        width = self.kernel.shape[0]
        self.keep = layer.dropout_mask(layer.dropout, (batch, width), training)
        if drop is not None and training:
            keep = drop(ops.ones((batch, 1, width), self.kernel.dtype), training=True)[:, 0]
            self.keep = keep if self.keep is None else self.keep * keep
        self.recurrent_keep = layer.dropout_mask(
            layer.recurrent_dropout, (batch, layer.units), training
        )

    def read(self, sequences):
        """The product with the inputs [b, t, n], without those fed back, and the bias."""
        kernel, features = self.kernel, sequences.shape[-1]
        if self.keep is not None:
            sequences = sequences * self.keep[:, None, :features]
        x = ops.matmul(sequences, kernel[:features])
        return x if self.bias is None else x + self.bias

    def read_fed(self, fed):
        if self.keep is not None:
            fed = fed * self.keep[:, -self.fed :]
        return ops.matmul(fed, self.kernel[-self.fed :])

    def step(self, x, states):
        keep = self.recurrent_keep
        states, _ = self.equations.step(
            x, states, self.weights, lambda h: h if keep is None else h * keep
        )
        return list(states)
