"""Replacement of rare words in training."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("gated")
class RareWordDropout(keras.layers.Layer):
    """Replaces rare words by `<UNK>` at random in training, so that `<UNK>` learns a meaning.

    Without it no training word is unknown, and the vector of `<UNK>` stays what it was at first.
    Lample et al. 2016, section 4.3, with rate 0.5 for words seen once.

    Args:
        first_rare: ids from this one on are rare (a vocabulary has its frequent words first).
        rate: share of the rare words to replace, in [0, 1].
        unknown: the id of `<UNK>`.
        seed: of the choice.

    Call arguments:
        ids: integers of any shape.
        training: whether to replace.

    Returns:
        ids of the same shape.
    """

    def __init__(self, first_rare, rate=0.5, unknown=1, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.first_rare = first_rare
        self.rate = rate
        self.unknown = unknown
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)
        self.supports_masking = True

    def call(self, ids, training=False):
        if not training or self.rate == 0:
            return ids
        draw = keras.random.uniform(ops.shape(ids), seed=self.seed_generator) < self.rate
        return ops.where((ids >= self.first_rare) & draw, self.unknown, ids)

    def compute_output_shape(self, ids_shape):
        return ids_shape

    def get_config(self):
        return {
            **super().get_config(),
            "first_rare": self.first_rare,
            "rate": self.rate,
            "unknown": self.unknown,
            "seed": self.seed,
        }
