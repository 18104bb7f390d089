"""Sentences as numbers: the same object in training, in prediction and in the export."""

from collections.abc import Sequence
from pathlib import Path

import tensorflow as tf

from gated.text.casing import casing
from gated.text.spelled import SpelledWords, pad
from gated.text.vocabulary import Vocabulary
from gated.whole import write_whole

from ..reading.conll import Sentence


class Encoder(SpelledWords):
    """Vocabularies of words and characters, and the tags, in IOBES.

    IOBES shows the model an entity's end too (Ratinov and Roth 2009, section 4.1); what is given
    to the outside is BIO2.
    """

    def __init__(self, words: Vocabulary, characters: Vocabulary, tags: list[str]):
        super().__init__(words, characters)
        self.tags = tags

    @classmethod
    def of(cls, sentences: Sequence[Sentence]) -> "Encoder":
        """The vocabularies of a training set."""
        types = {tag[2:] for sentence in sentences for tag in sentence.tags} - {""}
        tags = ["O", *(f"{prefix}-{name}" for name in sorted(types) for prefix in "BIES")]
        tokens = (token for sentence in sentences for token in sentence.tokens)
        return cls(*cls.vocabularies(tokens), tags)

    @property
    def bio2_tags(self) -> list[str]:
        """The BIO2 tag of each tag."""
        as_bio2 = {"E": "I", "S": "B"}
        return [as_bio2.get(tag[0], tag[0]) + tag[1:] for tag in self.tags]

    def save(self, folder: Path) -> None:
        super().save(folder)
        lines = "".join(f"{tag}\n" for tag in self.tags)
        write_whole(folder / "tags.txt", lambda path: path.write_text(lines, encoding="utf-8"))

    @classmethod
    def load(cls, folder: Path) -> "Encoder":
        spelled = SpelledWords.load(folder)
        tags = (folder / "tags.txt").read_text(encoding="utf-8").split("\n")[:-1]
        return cls(spelled.words, spelled.characters, tags)

    def inputs(self, tokens) -> list:
        """What the model reads of ragged tokens [n, (t)].

        Returns:
            Ids of the words [n, t], of their characters [n, t, c] and of their letter-case
            patterns [n, t], 0 for padding; t and c at least 1.
        """
        words, characters = pad(*self.ids(tokens))
        patterns = tokens.with_flat_values(casing(tokens.flat_values))
        return [words, characters, patterns.to_tensor(shape=tf.shape(words))]
