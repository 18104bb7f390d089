"""What the tokens of a text are: pieces of words, words, or characters."""

import re
from collections.abc import Iterable

import regex

from gated.text import subwords
from gated.text.codec import EOS
from gated.text.vocabulary import PADDING, UNKNOWN
from gated.text.words import JOINER, RAW_JOINER, joined, words

LEVELS = ("subword", "word", "char")

#: Placeholders of a text. What is unknown beyond these is `<UNK>`.
PLACEHOLDERS = 8

_CHUNKS = re.compile(r"\S+|\s").findall


class Level:
    """How texts are cut.

    Subwords are pieces of words, and words and marks are those of `gated.text.words`; characters
    are all that there are, white space too. Where a text has a space between all tokens already,
    it is split there and nowhere else, and subwords are pieces of these.
    """

    def __init__(self, level: str = "subword", tokenized: bool = False):
        if level not in LEVELS or type(tokenized) is not bool:
            raise ValueError("no `level` and `tokenized` of a text's tokens")
        self.level = level
        self.tokenized = tokenized
        #: Whether a token beside another one, with no space between, has a joiner there.
        self.joiners = level == "subword" or (level == "word" and not tokenized)
        sides = ["", JOINER] if self.joiners else [""]
        placeholders = [
            f"{left}<{number}>{right}"
            for number in range(1, PLACEHOLDERS + 1)
            for right in sides
            for left in sides
        ]
        #: The tokens of the first ids, of which no text has any.
        self.special = [PADDING, UNKNOWN, EOS, *placeholders]

    def join(self, tokens: Iterable[str]) -> str:
        """The text of tokens."""
        if self.level == "char":
            return "".join(tokens)
        text = " ".join(tokens)
        return joined(text, regex.sub) if self.joiners else text

    def chunks(self, text: str) -> list[str]:
        """The parts of a text that can be cut one by one."""
        return _CHUNKS(text) if self.level == "char" else text.split()

    def words(self, chunk: str) -> list[str]:
        """The words and marks of a chunk, with their joiners."""
        if not self.joiners:
            return [chunk]
        return [chunk.replace(JOINER, RAW_JOINER)] if self.tokenized else words(chunk)

    def symbols(self, word: str) -> list[str]:
        """The parts of a word of which each is known or not."""
        if self.level == "word":
            return [word]
        return list(word) if self.level == "char" else subwords.symbols(word)

    def together(self, symbols: Iterable[str]) -> str:
        """The token that symbols side by side are."""
        first, *others = symbols
        return first + "".join(one[self.joiners :] for one in others)

    def name(self, token: str) -> str:
        """What a token stands for in a text, without its joiners."""
        return token.strip(JOINER).replace(RAW_JOINER, JOINER) if self.joiners else token

    def common(self, source: str, target: str) -> list[str]:
        """The words and marks that are in both texts, without joiners, each once."""
        source_names, target_names = (
            dict.fromkeys(
                self.name(word) for chunk in self.chunks(text) for word in self.words(chunk)
            )
            for text in (source, target)
        )
        return [name for name in source_names if name in target_names and not name.isspace()]
