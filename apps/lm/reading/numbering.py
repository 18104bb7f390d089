"""From text to numbers: each token gets the next one where it first comes."""

from array import array
from collections.abc import Iterable
from itertools import repeat

import numpy as np

from gated.text.codec import EOS, Splitter

END = 0  # the number of <EOS>
_WORDS = 2**20  # with what is around them, that are known at once
_LINE_END = "\ud800"  # no text has half of a surrogate pair


class Characters:
    """Numbers the characters of a text."""

    def __init__(self, splitter: Splitter):
        self.lower = splitter.lower
        self.types = [EOS]
        self.numbers = np.full(0x110000, -1, "int32")
        self.numbers[ord("\n")] = END

    def read(self, text: str) -> tuple[np.ndarray, np.ndarray]:
        """The numbers of a piece of text, and the places of the ends of its lines among them."""
        text = text.lower() if self.lower else text
        characters = np.frombuffer(text.encode("utf-32-le"), "<u4")
        new = np.unique(characters[self.numbers[characters] < 0])
        self.numbers[new] = np.arange(len(self.types), len(self.types) + len(new))
        self.types.extend(map(chr, new.tolist()))
        numbers = self.numbers[characters]
        return numbers, np.flatnonzero(numbers == END)


class Words:
    """Numbers the words and marks of a text.

    No token reaches over white space. So what stands between is split once, and after that looked
    up; when that is too much, all but the tokens is forgotten.
    """

    def __init__(self, splitter: Splitter):
        self.splitter = splitter
        self.types = [EOS]
        self.numbers = {EOS: END}
        self._begin()

    def _begin(self):
        self.words = {_LINE_END: 0}
        self.tokens = array("i", [END])
        self.ends = array("q", [0, 1])  # where the tokens of each word end, after a 0

    def read(self, text: str) -> tuple[np.ndarray, np.ndarray]:
        """As of `Characters`; a piece ends with white space."""
        if len(self.words) > _WORDS:
            self._begin()
        given = text.replace("\n", f" {_LINE_END} ").split()
        words = np.fromiter(map(self.words.get, given, repeat(-1)), "int32", len(given))
        if len(unknown := np.flatnonzero(words < 0)):
            found = [given[i] for i in unknown]
            self._learn(dict.fromkeys(found))
            words[unknown] = [self.words[word] for word in found]
        ends = np.frombuffer(self.ends, "int64")
        starts, lengths = ends[words], np.diff(ends)[words]
        after = np.cumsum(lengths)
        places = np.arange(lengths.sum()) + np.repeat(starts - after + lengths, lengths)
        return np.frombuffer(self.tokens, "int32")[places], after[words == 0] - 1

    def _learn(self, new: Iterable[str]) -> None:
        # At once: a call for each would take ten times as long.
        for token in self.splitter.split("".join(f"{word} {_LINE_END} " for word in new)):
            if token == _LINE_END:
                self.ends.append(len(self.tokens))
                continue
            if token not in self.numbers:
                self.numbers[token] = len(self.types)
                self.types.append(token)
            self.tokens.append(self.numbers[token])
        self.words.update(zip(new, range(len(self.words), len(self.ends) - 1), strict=True))
