"""From text to numbers: each token gets the next one where it first comes."""

from array import array
from collections.abc import Sequence
from itertools import repeat

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

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

    No token reaches over a space. So what stands between two is split once, and after that looked
    up; when that is too much, all but the tokens is forgotten.
    """

    def __init__(self, splitter: Splitter):
        self.splitter = splitter
        self.types = [EOS]
        self.numbers = {EOS: END}
        self._begin()

    def _begin(self):
        self.words = {"\n": 0}
        self.tokens = array("i", [END])
        self.ends = array("q", [0, 1])  # where the tokens of each word end, after a 0

    def read(self, text: str) -> tuple[np.ndarray, np.ndarray]:
        """As of `Characters`; a piece ends with white space."""
        if len(self.words) > _WORDS:
            self._begin()
        text = text.replace("\n", " \n ").replace("\t", " ")
        given = pc.split_pattern(pa.array([text], pa.large_string()), " ").values
        # Most words of a piece come again in it; Arrow finds those far quicker than a dict does.
        encoded = given.dictionary_encode()
        different = encoded.dictionary.to_pylist()
        words = np.fromiter(map(self.words.get, different, repeat(-1)), "int32", len(different))
        new = np.flatnonzero(words < 0)
        words[new] = len(self.words) + np.arange(len(new))
        self._learn([different[i] for i in new])
        words = words[encoded.indices.to_numpy()]
        ends = np.frombuffer(self.ends, "int64")
        starts, lengths = ends[words], np.diff(ends)[words]
        after = np.cumsum(lengths)
        places = np.arange(lengths.sum()) + np.repeat(starts - after + lengths, lengths)
        return np.frombuffer(self.tokens, "int32")[places], after[words == 0] - 1

    def _learn(self, new: Sequence[str]) -> None:
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
