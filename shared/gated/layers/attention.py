"""Attention over the sequence that an encoder has made."""

import keras
from keras import ops

_SCORES = ("additive", "general", "dot")


@keras.saving.register_keras_serializable("gated")
class Attention(keras.layers.Layer):
    """What of a sequence matters to a state that looks at it: a mean of its steps, by scores.

        e⟨t,t'⟩ = score(s⟨t⟩, a⟨t'⟩)
        α⟨t,t'⟩ = exp(e⟨t,t'⟩) / Σ exp(e⟨t,t''⟩)           over the steps t'' that are there
        context⟨t⟩ = Σ α⟨t,t'⟩ a⟨t'⟩

    In the course's terms s is the decoder's state, a the encoder's activations. The scores:

        "additive"   v · tanh(W s⟨t⟩ + U a⟨t'⟩ + b)
                     Bahdanau, Cho and Bengio 2015, "Neural machine translation by jointly learning
                     to align and translate", section A.1.2
        "general"    s⟨t⟩ · W a⟨t'⟩
        "dot"        s⟨t⟩ · a⟨t'⟩, which have to be equally wide
                     Luong, Pham and Manning 2015, "Effective approaches to attention-based neural
                     machine translation", section 3.1

    The weights are float32 in any precision. Of a sequence without any step the context is 0.

    Args:
        score: one of these.
        units: the width of W s and U a in the additive score.

    Call arguments:
        queries: s, [b, t, n].
        sequences: a, [b, t', m].
        sequences_mask: booleans [b, t'], the steps that are there. None: those of the mask that
            the sequences come with, else all.

    Returns:
        The contexts, [b, t, m], and α, float32 [b, t, t'].

    Raises:
        ValueError: on another score, `units` missing or beside a score that takes none, or widths
            that differ where they may not.
    """

    def __init__(self, score="general", units=None, **kwargs):
        super().__init__(**kwargs)
        if score not in _SCORES:
            raise ValueError(f"`score` must be one of {', '.join(_SCORES)}. Received: {score!r}")
        if (score == "additive") != isinstance(units, int):
            raise ValueError(
                "The additive score needs `units`, an integer, and no other takes them. "
                f"Received: score={score!r}, units={units!r}"
            )
        self.score, self.units = score, units
        self.supports_masking = True

    def compute_mask(self, queries, previous_mask=None):
        return None

    def build(self, queries_shape, sequences_shape):
        n, m = queries_shape[-1], sequences_shape[-1]
        if self.score == "dot" and n != m:
            raise ValueError(f"The dot score needs equal widths. Received: {n} and {m}")
        self.kernel = self.query_kernel = self.bias = self.scale = None
        if self.score != "dot":
            self.kernel = self.add_weight(name="kernel", shape=(m, self.units or n))
        if self.score == "additive":
            self.query_kernel = self.add_weight(name="query_kernel", shape=(n, self.units))
            self.bias = self.add_weight(name="bias", shape=(self.units,), initializer="zeros")
            self.scale = self.add_weight(name="scale", shape=(self.units, 1))

    def prepare(self, sequences, mask=None):
        """What is the same for all queries: what `attend` takes, tensors [b, t', ...]."""
        keys = sequences
        if self.kernel is not None:
            keys = ops.matmul(sequences, self.kernel)
        if self.bias is not None:
            keys = keys + self.bias
        there = ops.ones(ops.shape(sequences)[:2]) if mask is None else ops.cast(mask, "float32")
        return sequences, keys, there

    def attend(self, query, prepared):
        """The context [b, m] of one query a sequence, [b, n], and α, float32 [b, t']."""
        sequences, keys, there = prepared
        if self.score == "additive":
            seen = ops.matmul(query, self.query_kernel)[:, None]
            e = ops.matmul(ops.tanh(seen + keys), self.scale)[..., 0]
        else:
            e = ops.matmul(keys, query[..., None])[..., 0]
        weights = _softmax(ops.cast(e, "float32"), there)
        context = ops.matmul(ops.cast(weights, sequences.dtype)[:, None], sequences)
        return context[:, 0], weights

    def call(self, queries, sequences, sequences_mask=None):
        sequences, keys, there = self.prepare(sequences, sequences_mask)
        if self.score == "additive":
            seen = ops.matmul(queries, self.query_kernel)[:, :, None]
            e = ops.matmul(ops.tanh(seen + keys[:, None]), self.scale)[..., 0]
        else:
            e = ops.matmul(queries, ops.transpose(keys, (0, 2, 1)))
        weights = _softmax(ops.cast(e, "float32"), there[:, None])
        return ops.matmul(ops.cast(weights, sequences.dtype), sequences), weights

    def compute_output_shape(self, queries_shape, sequences_shape):
        b, t, _ = queries_shape
        return (b, t, sequences_shape[-1]), (b, t, sequences_shape[1])

    def get_config(self):
        return {**super().get_config(), "score": self.score, "units": self.units}


def _softmax(e, there):
    """Over the steps that are there; all 0 where none is."""
    e = ops.where(there > 0, e, -1e9)
    e = ops.exp(e - ops.stop_gradient(ops.max(e, axis=-1, keepdims=True))) * there
    return e / ops.maximum(ops.sum(e, axis=-1, keepdims=True), 1e-30)
