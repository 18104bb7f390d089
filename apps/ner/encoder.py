"""Sentences as numbers: the same object in training, in prediction and in the export."""

from pathlib import Path

import tensorflow as tf

from apps.ner.conll import Sentence
from gated.runs.folder import write_whole
from gated.text.vocabulary import Vocabulary

# Of a longer token the rest is not read: a web address must not make a batch wide.
LONGEST_TOKEN = 24


class Encoder:
    """Vocabularies of words, characters and tags.

    Words are looked up in lower case with every digit as 0; the characters keep what that loses.
    """

    def __init__(self, words: Vocabulary, characters: Vocabulary, tags: list[str]):
        self.words = words
        self.characters = characters
        self.tags = tags
        self.tables = [words.table(), characters.table()]

    @classmethod
    def of(cls, sentences: list[Sentence]) -> "Encoder":
        """The vocabularies of a training set."""
        tokens = tf.constant([token for sentence in sentences for token in sentence.tokens])
        words = [word.decode() for word in _normal_form(tokens).numpy()]
        characters = [character for sentence in sentences for character in "".join(sentence.tokens)]
        types = {tag[2:] for sentence in sentences for tag in sentence.tags} - {""}
        tags = ["O", *(f"{prefix}-{name}" for name in sorted(types) for prefix in "BI")]
        # A character seen once stands for those never seen.
        return cls(Vocabulary.of(words), Vocabulary.of(characters, min_count=2), tags)

    def save(self, folder: Path) -> None:
        write_whole(folder / "words.txt", self.words.save)
        write_whole(folder / "characters.txt", self.characters.save)
        lines = "".join(f"{tag}\n" for tag in self.tags)
        write_whole(folder / "tags.txt", lambda path: path.write_text(lines, encoding="utf-8"))

    @classmethod
    def load(cls, folder: Path) -> "Encoder":
        return cls(
            Vocabulary.load(folder / "words.txt"),
            Vocabulary.load(folder / "characters.txt"),
            (folder / "tags.txt").read_text(encoding="utf-8").split("\n")[:-1],
        )

    def ids(self, tokens):
        """Looks tokens up.

        Args:
            tokens: ragged strings [n, (t)].

        Returns:
            Ragged int32 ids of the words [n, (t)] and of their characters [n, (t), (c)].
        """
        words, characters = self.tables
        split = tf.strings.unicode_split(tokens.flat_values, "UTF-8")[:, :LONGEST_TOKEN]
        return (
            tokens.with_flat_values(words.lookup(_normal_form(tokens.flat_values))),
            tokens.with_flat_values(split.with_flat_values(characters.lookup(split.flat_values))),
        )


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
