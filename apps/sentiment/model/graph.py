"""The classifier as a TensorFlow graph, from raw text: what its export consists of."""

import tensorflow as tf

from gated.export.windows import in_groups
from gated.text.codec_graph import CodecGraph
from gated.text.spelled_graph import SpelledGraph, pad
from gated.text.tokenizer_graph import blank, tokenize
from gated.text.words import JOINER

from .classifier import TOKENS, Classifier
from .encoder import Encoder, LanguageModelEncoder, WordEncoder


class _Words:
    """`WordEncoder`, of strings."""

    def __init__(self, encoder: WordEncoder):
        self.spelled = SpelledGraph(encoder.spelled)
        self.tables = self.spelled.tables

    def split(self, texts):
        """All tokens of texts [n], ragged [n, (t)]."""
        return tokenize(texts)[0]

    def inputs(self, tokens) -> list:
        """What the model reads of ragged tokens [n, (t)]."""
        ids = self.spelled.look_up(tokens)
        unknown = tf.where(ids.flat_values == 1, tokens.flat_values, "")
        return list(pad(ids, self.spelled.spell(tokens.with_flat_values(unknown))))


class _Tokens:
    """`LanguageModelEncoder`, of strings."""

    def __init__(self, encoder: LanguageModelEncoder):
        self.codec = CodecGraph(encoder.codec)
        self.tables = [self.codec.table]
        self.eos = encoder.codec.eos

    def split(self, texts):
        return self.codec.tokens(tf.strings.regex_replace(blank(texts), JOINER, " "))

    def inputs(self, tokens) -> list:
        ids = self.codec.ids(tokens)
        first = tf.fill([tokens.nrows(), 1], self.eos)
        return [tf.concat([first, ids], axis=1).to_tensor()]


class ClassifierGraph:
    """What a classifier does, of strings."""

    def __init__(self, classifier: Classifier):
        self.model = classifier.model
        self.reader = _reader(classifier.encoder)
        self.limit = classifier.encoder.limit
        self.labels = tf.constant(classifier.encoder.labels)
        self.resources = [classifier.model, *self.reader.tables]

    def classify(self, text):
        """From strings [n] to labels [n] and probabilities [n, classes] of `labels`."""
        order, [probabilities] = in_groups(
            lambda tokens: [self.model(self.reader.inputs(tokens), training=False)],
            self.tokens(text),
            TOKENS,
            [tf.TensorSpec([None, len(self.labels)])],
        )
        probabilities = tf.gather(probabilities, tf.argsort(order, stable=True))
        return {
            "label": tf.gather(self.labels, tf.argmax(probabilities, axis=-1)),
            "probabilities": probabilities,
            "labels": tf.tile(self.labels[None], [tf.shape(probabilities)[0], 1]),
        }

    def tokens(self, text):
        """The tokens of strings [n] that are read, ragged [n, (t)].

        Of a longer text the beginning and the end.
        """
        tokens = self.reader.split(text)
        places = tf.ragged.range(tokens.row_lengths())
        lengths = tf.gather(tokens.row_lengths(), places.value_rowids())
        head = self.limit - self.limit // 2
        read = (places.flat_values < head) | (places.flat_values >= lengths - self.limit // 2)
        read = places.with_flat_values(read | (lengths <= self.limit))
        return tf.ragged.boolean_mask(tokens, read)


def _reader(encoder: Encoder) -> _Words | _Tokens:
    if isinstance(encoder, WordEncoder):
        return _Words(encoder)
    assert isinstance(encoder, LanguageModelEncoder)
    return _Tokens(encoder)
