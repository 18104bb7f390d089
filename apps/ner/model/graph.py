"""The tagger as a TensorFlow graph, from raw text: what its export consists of."""

import tensorflow as tf

from gated.export.windows import in_groups
from gated.text.casing import casing_graph
from gated.text.sentences import split_sentences
from gated.text.spelled_graph import SpelledGraph, pad

from .tagger import TOKENS, Tagger


class TaggerGraph:
    """What a tagger does, of strings."""

    def __init__(self, tagger: Tagger):
        self.model, self.crf = tagger.model, tagger.crf
        self.spelled = SpelledGraph(tagger.encoder)
        self.tag_names = tf.constant(tagger.encoder.bio2_tags)
        self.resources = [tagger.model, *self.spelled.tables]

    def tag_text(self, text):
        """The graph from strings [n] to what their tokens are tagged with.

        Texts are split into sentences, which are tagged each for itself.

        Returns:
            tokens, tags, probabilities [n, t]: BIO2 tags, and how likely each is.
            offsets [n, t, 2]: `text[offsets[i, j, 0]:offsets[i, j, 1]]`, in code points, is token
                j of text i.
            sentences [n, t]: the number in its text of the sentence of each token, from 0.
            Shorter texts are padded with "", 0 (probabilities) and -1.
        """
        tokens, starts, ends = split_sentences(text)
        tags, probabilities = self.tag_tokens(tokens.values)
        numbers = tf.ragged.range(tokens.row_lengths()).flat_values
        numbers = tf.repeat(tf.cast(numbers, tf.int32), tokens.values.row_lengths())
        tokens, starts, ends = (one.merge_dims(1, 2) for one in (tokens, starts, ends))
        return {
            "tokens": tokens.to_tensor(""),
            "tags": tokens.with_values(tags.values).to_tensor(""),
            "probabilities": tokens.with_values(probabilities.values).to_tensor(0.0),
            "offsets": tf.stack([starts.to_tensor(-1), ends.to_tensor(-1)], axis=-1),
            "sentences": tokens.with_values(numbers).to_tensor(-1),
        }

    def tag_tokens(self, tokens):
        """The graph from ragged tokens to their tags and the probabilities of these, [n, (t)].

        However many there are, the model reads a bounded number at once, of sentences of like
        length.
        """

        def tag_some(tokens):
            scores, mask = self._score(tokens)
            best, _ = self.crf.viterbi(scores, mask)
            p = tf.gather(
                self.crf.marginals(scores, mask), tf.maximum(best, 0)[..., None], batch_dims=2
            )[..., 0]
            return tf.boolean_mask(best, mask), tf.boolean_mask(p, mask)

        found = [tf.TensorSpec([None], tf.int32), tf.TensorSpec([None])]
        order, (tags, probabilities) = in_groups(tag_some, tokens, TOKENS, found)
        tokens, back = tf.gather(tokens, order), tf.argsort(order, stable=True)
        return (
            tf.gather(tokens.with_values(tf.gather(self.tag_names, tags)), back),
            tf.gather(tokens.with_values(probabilities), back),
        )

    def inputs(self, tokens) -> list:
        """What the model reads of ragged tokens [n, (t)], as `Encoded.inputs` gives it.

        t and c are 1 at least.
        """
        words, characters = pad(self.spelled.look_up(tokens), self.spelled.spell(tokens))
        patterns = tokens.with_flat_values(casing_graph(tokens.flat_values))
        return [words, characters, patterns.to_tensor(shape=tf.shape(words))]

    def _score(self, tokens):
        """The scores of the tags, [n, t, tags], and which steps there are, booleans [n, t]."""
        scores = self.model(self.inputs(tokens), training=False)
        return scores, tf.sequence_mask(tokens.row_lengths(), tf.shape(scores)[1])
