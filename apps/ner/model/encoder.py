"""Sentences as numbers."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from gated.compiling import few
from gated.text.casing import casing
from gated.text.spelled import SpelledWords, distinct
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


class Encoded:
    """What the model reads of tokens, one after the other: ids, looked up once a different one.

    With the path of a run, which token is where is in a file.
    """

    def __init__(self, encoder: Encoder, tokens: Iterable[str], run: Path | None = None):
        different, self.index = distinct(tokens, run)
        # The last is padding, and of each the last character, so that Keras sees two widths.
        self.words = np.append(encoder.look_up(different), np.int32(0))
        self.characters = np.pad(encoder.spell(different), [(0, 1), (0, 1)])
        self.casing = np.array([*map(casing, different), 0], "int32")
        self.lengths = np.count_nonzero(self.characters, axis=-1)

    def inputs(self, places: np.ndarray, whole: bool = False) -> list[np.ndarray]:
        """Those of the tokens at places [b, t], -1 for padding.

        Args:
            places: of the tokens.
            whole: with as many characters as the longest of all tokens has, and one more.

        Returns:
            Ids of the words [b, t], of their characters [b, t, c] and of their letter-case
            patterns [b, t], 0 for padding.
        """
        which = self.index[places]
        longest = few(self.lengths[which].max(initial=1))
        return [
            self.words[which],
            self.characters[which, : None if whole else longest],
            self.casing[which],
        ]
