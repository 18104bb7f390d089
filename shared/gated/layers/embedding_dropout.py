"""Dropout of whole tokens."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("gated")
class EmbeddingDropout(keras.layers.Layer):
    """Sets the vectors of some tokens to zero in training, wherever in the batch they stand.

        e⟨t⟩ = E[x⟨t⟩] m[x⟨t⟩] / (1 - rate)              m[token] is 0 at the given rate, else 1

    Gal and Ghahramani 2016, section 4.2; Merity, Keskar and Socher 2018, section 4.3.

    Args:
        tokens: size of the vocabulary.
        rate: share of the tokens to drop, in [0, 1).
        seed: of the choice.

    Call arguments:
        ids: integers of any shape.
        vectors: those of the ids, [..., width].
        training: whether to drop.

    Returns:
        Vectors of the same shape.

    Raises:
        ValueError: on a rate outside [0, 1).
    """

    def __init__(self, tokens, rate, seed=None, **kwargs):
        super().__init__(**kwargs)
        if not 0 <= rate < 1:
            raise ValueError(f"`rate` must lie in [0, 1). Received: rate={rate}")
        self.tokens = tokens
        self.rate = rate
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, ids, vectors, training=False):
        if not training or self.rate == 0:
            return vectors
        ones = ops.ones((self.tokens, 1), dtype=vectors.dtype)
        return vectors * ops.take(
            keras.random.dropout(ones, self.rate, seed=self.seed_generator), ids, axis=0
        )

    def compute_output_shape(self, ids_shape, vectors_shape):
        return vectors_shape

    def get_config(self):
        return {
            **super().get_config(),
            "tokens": self.tokens,
            "rate": self.rate,
            "seed": self.seed,
        }
