"""Transcripts as the tokens that the network writes."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from gated.text.vocabulary import Vocabulary
from gated.whole import write_whole

_FILE = "tokens.txt"


class Tokens:
    """Between transcripts and token ids.

    Id 0 is the blank of CTC, 1 `<UNK>`, which is never written; then the known tokens, the most
    frequent first. White space between words is one blank, and none around a transcript.
    """

    def __init__(self, vocabulary: Vocabulary, level: str):
        if level not in ("char", "word"):
            raise ValueError("no `level` of a transcript's tokens")
        self.vocabulary, self.level = vocabulary, level
        self._places = vocabulary.places()

    def __len__(self):
        return len(self.vocabulary)

    @classmethod
    def learn(cls, texts: Iterable[str], level: str, min_count: int = 1) -> "Tokens":
        """Those of training transcripts that occur at least so often."""
        found = (token for text in texts for token in split(text, level))
        return cls(Vocabulary.of(found, min_count), level)

    def save(self, folder: Path) -> None:
        write_whole(folder / _FILE, self.vocabulary.save)

    @classmethod
    def load(cls, folder: Path, level: str) -> "Tokens":
        """Raises BadData, with path and line, where the file is damaged."""
        return cls(Vocabulary.load(folder / _FILE), level)

    def ids(self, text: str) -> np.ndarray:
        """Those of a transcript, int32; what is unknown is 1."""
        return np.array([self._places.get(one, 1) for one in split(text, self.level)], "int32")

    def words(self, ids: np.ndarray) -> list[np.ndarray]:
        """The places of the tokens of each word."""
        if self.level == "word":
            return list(np.arange(len(ids))[:, None])
        blank = ids == self._places.get(" ", -1)
        parts = np.split(np.arange(len(ids)), np.flatnonzero(blank))
        words = [part[~blank[part]] for part in parts]
        return [word for word in words if len(word)]

    def text(self, ids: Iterable[int]) -> str:
        """What tokens say."""
        tokens = [self.vocabulary.tokens[i] for i in ids]
        return " ".join(("" if self.level == "char" else " ").join(tokens).split())


def split(text: str, level: str) -> list[str]:
    """The tokens of a transcript."""
    words = text.split()
    return words if level == "word" else list(" ".join(words))
