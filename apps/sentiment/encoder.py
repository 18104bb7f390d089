"""Texts as numbers: the same object in training, in prediction and in the export."""

from pathlib import Path

import tensorflow as tf

from gated.runs.folder import write_whole
from gated.text.spelled import SpelledWords, pad
from gated.text.tokenizer import tokenize


class Encoder:
    """Vocabularies of words, characters and classes, and how much of a text is read."""

    def __init__(self, spelled: SpelledWords, labels: list[str], limit: int):
        self.spelled = spelled
        self.labels = labels
        self.limit = limit

    @classmethod
    def of(cls, texts: list[str], labels: list[str], limit: int) -> "Encoder":
        """The vocabularies of a training set."""
        tokens, _, _ = tokenize(tf.constant(texts))
        flat = (token.decode() for token in tokens.flat_values.numpy())
        return cls(SpelledWords(*SpelledWords.vocabularies(flat)), labels, limit)

    def save(self, folder: Path) -> None:
        self.spelled.save(folder)
        lines = "".join(f"{label}\n" for label in self.labels)
        write_whole(folder / "labels.txt", lambda path: path.write_text(lines, encoding="utf-8"))

    @classmethod
    def load(cls, folder: Path, limit: int) -> "Encoder":
        labels = (folder / "labels.txt").read_text(encoding="utf-8").split("\n")[:-1]
        return cls(SpelledWords.load(folder), labels, limit)

    def tokens(self, texts):
        """The tokens of texts [n] that are read, ragged [n, (t)], and where they start and end."""
        found = tokenize(texts)
        places = tf.ragged.range(found[0].row_lengths())
        lengths = tf.gather(found[0].row_lengths(), places.value_rowids())
        head = self.limit - self.limit // 2
        # Of a longer text the beginning and the end, as many tokens as the limit in all.
        read = (places.flat_values < head) | (places.flat_values >= lengths - self.limit // 2)
        read = places.with_flat_values(read | (lengths <= self.limit))
        return [tf.ragged.boolean_mask(ragged, read) for ragged in found]

    def count_longer(self, texts: list[str]) -> int:
        """How many texts are not read whole."""
        tokens, _, _ = tokenize(tf.constant(texts))
        return int(tf.reduce_sum(tf.cast(tokens.row_lengths() > self.limit, tf.int32)))

    def inputs(self, tokens):
        """What the model reads: words [n, t], and characters of the unknown ones [n, t, c]."""
        ids = self.spelled.look_up(tokens)
        unknown = tf.where(ids.flat_values == 1, tokens.flat_values, "")
        return pad(ids, self.spelled.spell(tokens.with_flat_values(unknown)))
