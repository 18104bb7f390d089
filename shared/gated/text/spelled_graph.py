"""Tokens as the ids of words and of their characters, as a TensorFlow graph."""

import tensorflow as tf

from gated.text.spelled import LONGEST_TOKEN, SpelledWords


class SpelledGraph:
    """What `SpelledWords` does, with ragged strings [n, (t)]."""

    def __init__(self, spelled: SpelledWords):
        self.tables = [spelled.words.table(), spelled.characters.table()]

    def look_up(self, tokens):
        """Ragged ids of words [n, (t)]."""
        words = tf.strings.lower(tokens.flat_values, encoding="utf-8")
        words = tf.strings.regex_replace(words, r"\p{Nd}", "0")
        return tokens.with_flat_values(self.tables[0].lookup(words))

    def spell(self, tokens):
        """Ragged ids of their characters [n, (t), (c)]."""
        split = tf.strings.unicode_split(tokens.flat_values, "UTF-8")[:, :LONGEST_TOKEN]
        ids = self.tables[1].lookup(split.flat_values)
        return tokens.with_flat_values(split.with_flat_values(ids))


def pad(words, characters):
    """Ragged ids as the model's two inputs, [n, t] and [n, t, c], t and c at least 1."""
    words, characters = words.to_tensor(), characters.to_tensor()
    missing = tf.maximum(1 - tf.shape(characters), 0)
    return (
        tf.pad(words, [[0, 0], [0, missing[1]]]),
        tf.pad(characters, [[0, 0], [0, missing[1]], [0, missing[2]]]),
    )
