"""Tokens as the ids of words and of their characters."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import regex

from gated.reading.stored import Numbers
from gated.text.vocabulary import Vocabulary
from gated.whole import write_whole

# Of a longer token the rest is not read: a web address must not make a batch wide.
LONGEST_TOKEN = 24
# Of a training set: so many words has news of 29 million tokens, by 44 n^0.49 (Manning, Raghavan
# and Schütze 2008, section 5.1.1), and the vector of each is in memory some ten times in training.
MOST_WORDS = 200_000


class SpelledWords:
    """Vocabularies of words and characters: those of training, which the export has too.

    Words are looked up in lower case with every digit as 0; the characters keep what that loses.
    """

    def __init__(self, words: Vocabulary, characters: Vocabulary):
        self.words = words
        self.characters = characters
        self._places, self._character_places = words.places(), characters.places()

    @staticmethod
    def vocabularies(tokens: Iterable[str]) -> tuple[Vocabulary, Vocabulary]:
        """Those of the tokens of a training set, of its words the `MOST_WORDS` most frequent."""
        counts = Counter(tokens)
        words, characters = Counter[str](), Counter[str]()
        for token, count in counts.items():
            words[normal_form(token)] += count
            for character in token:
                characters[character] += count
        # A character seen once stands for those never seen.
        return Vocabulary.of(words, most=MOST_WORDS), Vocabulary.of(characters, min_count=2)

    def save(self, folder: Path) -> None:
        write_whole(folder / "words.txt", self.words.save)
        write_whole(folder / "characters.txt", self.characters.save)

    @classmethod
    def load(cls, folder: Path) -> "SpelledWords":
        return cls(
            Vocabulary.load(folder / "words.txt"), Vocabulary.load(folder / "characters.txt")
        )

    def look_up(self, tokens: Iterable[str]) -> np.ndarray:
        """The ids of words, int32 [n]."""
        return np.array([self._places.get(normal_form(token), 1) for token in tokens], "int32")

    def spell(self, tokens: Sequence[str]) -> np.ndarray:
        """The ids of their characters, int32 [n, c], 0 for padding; c at least 1."""
        width = max(1, min(LONGEST_TOKEN, max(map(len, tokens), default=0)))
        ids = np.zeros((len(tokens), width), "int32")
        for row, token in zip(ids, tokens, strict=True):
            read = token[:LONGEST_TOKEN]
            row[: len(read)] = [self._character_places.get(character, 1) for character in read]
        return ids


def normal_form(token: str) -> str:
    """The word that is looked up of a token."""
    return regex.sub(r"\p{Nd}", "0", token.lower())


def distinct(
    tokens: Iterable[str], run: Path | None = None
) -> tuple[list[str], np.ndarray | Numbers]:
    """The different tokens, and which of them each is, int32 [n + 1].

    The last number is one more than there are, for padding. With the path of a run they are in a
    file.
    """
    which: dict[str, int] = {}

    def index() -> Iterator[int]:
        for token in tokens:
            yield which.setdefault(token, len(which))
        yield len(which)

    found = Numbers(run, index()) if run else np.fromiter(index(), "int32")
    return list(which), found
