"""Texts as numbers."""

import json
from abc import ABC, abstractmethod
from array import array
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np

from gated.compiling import few
from gated.reading.stored import Numbers
from gated.text.codec import Codec
from gated.text.spelled import SpelledWords, distinct
from gated.text.tokenizer import blank, locate, tokenize
from gated.text.vocabulary import Vocabulary
from gated.text.words import JOINER
from gated.whole import write_whole

from ..reading.files import Text

Part = TypeVar("Part")
Places = np.ndarray | Numbers


class Encoded:
    """Texts as numbers of their tokens.

    Attributes:
        index: of the token at each place the number among the different ones; the last is padding.
        of_each: the ids of the different ones.
        splits: where each text begins and ends among the places, [n + 1].
    """

    def __init__(self, index: Places, of_each: np.ndarray, lengths: Sequence[int]):
        self.index, self.of_each = index, of_each
        self.splits = np.concatenate([[0], np.cumsum(lengths, dtype=int)])

    def ids(self, where: np.ndarray | slice) -> np.ndarray:
        """Those of the tokens at places."""
        return self.of_each[self.index[where]]

    @property
    def lengths(self) -> np.ndarray:
        return np.diff(self.splits)

    def inputs(self, places, rare=None) -> list[np.ndarray]:
        """What the model reads of the tokens at places [b, t], -1 for padding.

        Args:
            places: of the tokens.
            rare: which of them are read as unknown if they are rare, booleans [b, t]; in training.
        """
        return [self.ids(places)]


class Encoder(ABC):
    """The classes, the vocabularies, and how much of a text is read."""

    def __init__(self, words: Vocabulary, labels: list[str], limit: int):
        self.words = words
        self.labels = labels
        self.limit = limit

    @abstractmethod
    def split(self, text: str) -> list[str]:
        """All tokens of a text."""

    @abstractmethod
    def locate(self, text: str, tokens: list[str]) -> list[tuple[int, int]]:
        """Where the tokens of a text, all of them, start and end."""

    @abstractmethod
    def encode(self, texts: Iterable[Sequence[str]], run: Path | None = None) -> Encoded:
        """What the model reads of texts that are tokens already.

        With the path of a run that is in a file, as `Numbers` are.
        """

    def save(self, folder: Path) -> None:
        lines = "".join(f"{label}\n" for label in self.labels)
        write_whole(folder / "labels.txt", lambda path: path.write_text(lines, encoding="utf-8"))

    def classes(self, texts: Iterable[Text]) -> np.ndarray:
        """The places of the classes of texts among `labels`, [n]."""
        place = {label: i for i, label in enumerate(self.labels)}
        return np.array([place[text.label] for text in texts], "int32")

    def read(self, texts: Iterable[str], run: Path | None = None) -> tuple[Encoded, np.ndarray]:
        """What the model reads of texts, as of `encode`; and how many tokens each has, [n]."""
        lengths = array("q")

        def tokens():
            for text in texts:
                found = self.split(text)
                lengths.append(len(found))
                yield self.cut(found)

        return self.encode(tokens(), run), np.array(lengths, int)

    def cut(self, tokens: list[Part]) -> list[Part]:
        """The tokens that are read: of a longer text the beginning and the end."""
        if len(tokens) <= self.limit:
            return tokens
        tail = self.limit // 2
        return tokens[: self.limit - tail] + tokens[-tail:]


class WordEncoder(Encoder):
    """Words of a vocabulary, the others by their characters."""

    def __init__(self, spelled: SpelledWords, labels: list[str], limit: int):
        super().__init__(spelled.words, labels, limit)
        self.spelled = spelled

    @classmethod
    def of(cls, texts: Iterable[str], labels: list[str], limit: int) -> "WordEncoder":
        """The vocabularies of a training set."""
        tokens = (token for text in texts for token in tokenize(text))
        return cls(SpelledWords(*SpelledWords.vocabularies(tokens)), labels, limit)

    def save(self, folder):
        super().save(folder)
        self.spelled.save(folder)

    def split(self, text):
        return tokenize(text)

    def locate(self, text, tokens):
        return locate(blank(text), tokens)

    def encode(self, texts, run=None):
        return Words(self.spelled, texts, run)


class Words(Encoded):
    """Words, and characters of the unknown and the rare ones."""

    def __init__(self, spelled: SpelledWords, texts: Iterable[Sequence[str]], run: Path | None):
        different, index, lengths = _distinct(texts, run)
        ids = np.append(spelled.look_up(different), np.int32(0))
        chosen = np.flatnonzero((ids == 1) | (ids >= spelled.words.first_rarer_than(2)))
        # The last is that of the words that are not spelled.
        characters = spelled.spell([different[i] for i in chosen])
        self.characters = np.pad(characters, [(0, 1), (0, 0)])
        self.none = len(chosen)
        self.widths = np.count_nonzero(self.characters, axis=1)
        rows = np.full(len(ids), self.none, "int32")
        rows[chosen] = np.arange(len(chosen))
        super().__init__(index, ids, lengths)
        self.rows = rows

    def inputs(self, places, rare=None):
        """Words [b, t], and the characters of those that are unknown [b, t, c]."""
        which = self.index[places]
        words, rows = self.of_each[which], self.rows[which]
        if rare is not None:
            words[rare & (rows != self.none)] = 1
        rows = np.where(words == 1, rows, self.none)
        # In training as wide as for all texts, for Keras is to see one width.
        width = few(self.widths[rows].max(initial=1)) if rare is None else None
        return [words, self.characters[rows, :width]]


class LanguageModelEncoder(Encoder):
    """The tokens of a language model, line ends as blanks."""

    def __init__(self, codec: Codec, labels: list[str], limit: int):
        super().__init__(codec.vocabulary, labels, limit)
        self.codec = codec

    def save(self, folder):
        super().save(folder)
        options = {name: getattr(self.codec, name) for name in ("level", "lower", "tokenized")}
        text = json.dumps(options, indent=2) + "\n"
        write_whole(folder / "codec.json", lambda path: path.write_text(text, encoding="utf-8"))
        write_whole(folder / "tokens.txt", self.words.save)

    def split(self, text):
        return self.codec.split(_without_joiners(text))

    def locate(self, text, tokens):
        if self.codec.level == "char":
            return [(i, i + 1) for i in range(len(tokens))]
        bare = [token.replace(JOINER, "") for token in tokens]
        return locate(_without_joiners(text), bare)

    def encode(self, texts, run=None):
        different, index, lengths = _distinct(texts, run)
        ids = np.append(self.codec.ids(different), np.int32(0))
        return AfterEos(index, ids, lengths, self.codec.eos)


class AfterEos(Encoded):
    """Tokens of a language model, `<EOS>` before the first of each text."""

    def __init__(self, index: Places, of_each: np.ndarray, lengths: Sequence[int], eos: int):
        super().__init__(index, of_each, lengths)
        self.eos = eos

    def inputs(self, places, rare=None):
        return [np.pad(self.ids(places), [(0, 0), (1, 0)], constant_values=self.eos)]


def _distinct(
    texts: Iterable[Sequence[str]], run: Path | None
) -> tuple[list[str], Places, Sequence[int]]:
    """The different tokens of texts, which each is, and how many a text has."""
    lengths = array("q")

    def flat():
        for tokens in texts:
            lengths.append(len(tokens))
            yield from tokens

    return *distinct(flat(), run), lengths


def load_encoder(folder: Path, limit: int) -> Encoder:
    """What a run was trained with."""
    labels = (folder / "labels.txt").read_text(encoding="utf-8").split("\n")[:-1]
    options = folder / "codec.json"
    if not options.exists():
        return WordEncoder(SpelledWords.load(folder), labels, limit)
    vocabulary = Vocabulary.load(folder / "tokens.txt")
    codec = Codec(vocabulary, **json.loads(options.read_text(encoding="utf-8")))
    return LanguageModelEncoder(codec, labels, limit)


def _without_joiners(text: str) -> str:
    return blank(text).replace(JOINER, " ")
