"""Tokens as the ids of words and of their characters."""

from collections.abc import Iterable
from pathlib import Path

import tensorflow as tf

from gated.text.vocabulary import Vocabulary
from gated.whole import write_whole

# Of a longer token the rest is not read: a web address must not make a batch wide.
LONGEST_TOKEN = 24


class SpelledWords:
    """Vocabularies of words and characters: the same object in training and in the export.

    Words are looked up in lower case with every digit as 0; the characters keep what that loses.
    """

    def __init__(self, words: Vocabulary, characters: Vocabulary):
        self.words = words
        self.characters = characters
        self.tables = [words.table(), characters.table()]

    @staticmethod
    def vocabularies(tokens: Iterable[str]) -> tuple[Vocabulary, Vocabulary]:
        """Those of the tokens of a training set."""
        tokens = list(tokens)
        words = [word.decode() for word in _normal_form(tf.constant(tokens, tf.string)).numpy()]
        characters = [character for token in tokens for character in token]
        # A character seen once stands for those never seen.
        return Vocabulary.of(words), Vocabulary.of(characters, min_count=2)

    def save(self, folder: Path) -> None:
        write_whole(folder / "words.txt", self.words.save)
        write_whole(folder / "characters.txt", self.characters.save)

    @classmethod
    def load(cls, folder: Path) -> "SpelledWords":
        return cls(
            Vocabulary.load(folder / "words.txt"), Vocabulary.load(folder / "characters.txt")
        )

    def ids(self, tokens):
        """Looks tokens up.

        Args:
            tokens: ragged strings [n, (t)].

        Returns:
            Ragged ids of the words [n, (t)] and of their characters [n, (t), (c)].
        """
        return self.look_up(tokens), self.spell(tokens)

    def look_up(self, tokens):
        """The ids of words alone."""
        return tokens.with_flat_values(self.tables[0].lookup(_normal_form(tokens.flat_values)))

    def spell(self, tokens):
        """The ids of the characters alone."""
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


def _normal_form(tokens):
    return tf.strings.regex_replace(tf.strings.lower(tokens, encoding="utf-8"), r"\p{Nd}", "0")
