"""What the SavedModel of a tagger answers to."""

import tensorflow as tf

from .graph import TaggerGraph
from .tagger import Tagger


class Endpoints:
    """A tagger's graphs, whose inputs and outputs are tensors with a row for each text.

    That is what the REST interface of TensorFlow Serving carries.
    """

    def __init__(self, tagger: Tagger):
        self.graph = TaggerGraph(tagger)
        self.resources = self.graph.resources
        self.functions = {
            "tag_text": (self.graph.tag_text, [tf.TensorSpec([None], tf.string, name="text")]),
            "tag_tokens": (self.tag_tokens, [tf.TensorSpec([None, None], tf.string, "tokens")]),
        }

    def tag_tokens(self, tokens):
        """The graph from tokens of sentences [n, t], shorter ones padded with "", to their tags.

        Returns:
            tags, probabilities [n, t]: BIO2 tags, and how likely each is; "" and 0 for a token "",
            which is skipped as if it were not there, wherever it is.
        """
        there = tokens != ""
        tags, probabilities = self.graph.tag_tokens(tf.ragged.boolean_mask(tokens, there))
        # The place of each token among those there; 0, a padding put before them, for the others.
        places = tf.reshape(tf.cumsum(tf.cast(tf.reshape(there, [-1]), tf.int32)), tf.shape(tokens))
        places = tf.where(there, places, 0)
        return {
            "tags": tf.gather(tf.concat([[""], tags.flat_values], 0), places),
            "probabilities": tf.gather(tf.concat([[0.0], probabilities.flat_values], 0), places),
        }
