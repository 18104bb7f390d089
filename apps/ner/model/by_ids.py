"""The tagger for formats without strings: ids in, ids of the best tags out."""

import keras
import tensorflow as tf

from gated.layers import Spelling
from gated.text.spelled import LONGEST_TOKEN

from .tagger import Tagger


class ByIds:
    """A tagger's graph from the ids of words, characters and letter-case patterns."""

    def __init__(self, tagger: Tagger):
        self.crf = tagger.crf
        self.model = keras.models.clone_model(tagger.model, clone_function=_reading_at_once)

    @staticmethod
    def signature(batch: int | None = None) -> list[tf.TensorSpec]:
        return [
            tf.TensorSpec([batch, None], tf.int32, name="words"),
            tf.TensorSpec([batch, None, LONGEST_TOKEN], tf.int32, name="characters"),
            tf.TensorSpec([batch, None], tf.int32, name="casing"),
        ]

    def tag(self, words, characters, casing):
        """The graph.

        Args:
            words: [b, t], 0 for padding.
            characters: [b, t, 24], 0 for padding.
            casing: [b, t], 0 for padding.

        Returns:
            tags [b, t]: the best path, ids of tags; -1 for padding.
            probabilities [b, t]: how likely each is; 0 for padding.
        """
        scores = self.model([words, characters, casing], training=False)
        mask = words != 0
        best, _ = self.crf.viterbi(scores, mask)
        p = self.crf.marginals(scores, mask)
        return {
            "tags": best,
            "probabilities": tf.reduce_sum(p * tf.one_hot(best, self.crf.count), axis=-1),
        }


def _reading_at_once(layer: keras.layers.Layer) -> keras.layers.Layer:
    """The layer itself, with its weights; of one that sorts words by their length, another."""
    if not isinstance(layer, Spelling):
        return layer
    other = Spelling.from_config({**layer.get_config(), "at_once": True})
    other.build((None, None, LONGEST_TOKEN))
    other.set_weights(layer.get_weights())
    return other
