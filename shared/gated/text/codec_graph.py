"""A codec as a TensorFlow graph."""

import tensorflow as tf

from gated.text.codec import Codec
from gated.text.words import SPACE, joined, spaced


class CodecGraph:
    """What `Codec` does with a line, of strings [n]."""

    def __init__(self, codec: Codec):
        self.codec = codec
        self.table = codec.vocabulary.table()

    def tokens(self, text):
        """Ragged strings [n, (t)], without `<EOS>`."""
        if self.codec.lower:
            text = tf.strings.lower(text, encoding="utf-8")
        if self.codec.level == "char":
            return tf.strings.unicode_split(text, "UTF-8")
        if not self.codec.tokenized:
            return tf.strings.split(spaced(text, _replace))
        tokens = tf.strings.split(_replace(SPACE, " ", text))
        return tokens.with_flat_values(
            tf.where(tokens.flat_values == "<unk>", "<UNK>", tokens.flat_values)
        )

    def ids(self, tokens):
        """Ragged int32 [n, (t)]."""
        return tokens.with_flat_values(tf.cast(self.table.lookup(tokens.flat_values), tf.int32))


def join(text):
    """Texts of words and marks, from those with a space between all."""
    return joined(text, _replace)


def _replace(pattern, by, text):
    return tf.strings.regex_replace(text, pattern, by)
