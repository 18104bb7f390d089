"""Text as the tokens of a language model."""

import re
from collections.abc import Iterable, Sequence

import numpy as np
import regex

from gated.text.vocabulary import UNKNOWN, Vocabulary
from gated.text.words import joined, words

EOS = "<EOS>"


class Splitter:
    """Splits lines into tokens: characters, or words and punctuation marks.

    Where a text has a space between all tokens already, it is split there and nowhere else, and
    the word `<unk>` is `<UNK>`.
    """

    def __init__(self, level: str, lower: bool, tokenized: bool = False):
        if level not in ("char", "word") or {type(lower), type(tokenized)} != {bool}:
            raise ValueError("no `level`, `lower` and `tokenized` of a language model")
        self.level = level
        self.lower = lower
        self.tokenized = tokenized

    def split(self, line: str) -> list[str]:
        """The tokens of a line, without its end."""
        line = line.lower() if self.lower else line
        if self.level == "char":
            return list(line)
        if not self.tokenized:
            return words(line)
        return [UNKNOWN if token == "<unk>" else token for token in line.split()]

    def join(self, tokens: Sequence[str]) -> str:
        """The text of tokens."""
        if self.level == "char":
            return "".join("\n" if token == EOS else token for token in tokens)
        lines = " ".join("\n" if token == EOS else token for token in tokens)
        if not self.tokenized:
            lines = joined(lines, regex.sub)
        return re.sub(" ?\n ?", "\n", lines)


class Codec(Splitter):
    """Between text and token ids."""

    def __init__(self, vocabulary: Vocabulary, level: str, lower: bool, tokenized: bool = False):
        super().__init__(level, lower, tokenized)
        self.vocabulary = vocabulary
        self.places = vocabulary.places()
        self.unknown, self.eos = self.places[UNKNOWN], self.places[EOS]

    def __len__(self):
        return len(self.vocabulary)

    def ids(self, tokens: Iterable[str]) -> np.ndarray:
        return np.array([self.places.get(token, self.unknown) for token in tokens], "int32")

    def items(self, ids: np.ndarray) -> list[np.ndarray]:
        """The lines of a text, each with its `<EOS>`."""
        return [item for item in np.split(ids, np.flatnonzero(ids == self.eos) + 1) if len(item)]
