"""The tokens of a text as numbers in a file."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np

from gated.reading.stored import numbers_in
from gated.text.codec import Codec

_PIECE = 2**20  # tokens that are in memory at once,
_ITEMS = 2**22  # those of items


@dataclass(frozen=True, eq=False)
class Text:
    """A part of the tokens in a file, of which so much is in memory as is asked for.

    Attributes:
        file: holds int32 numbers.
        types: the tokens by their numbers.
        start, stop: where the part is in the file.
    """

    file: BinaryIO
    types: Sequence[str]
    start: int
    stop: int

    def __len__(self) -> int:
        return self.stop - self.start

    def __getitem__(self, where: slice) -> "Text":
        start, stop, _ = where.indices(len(self))
        return Text(self.file, self.types, self.start + start, self.start + max(start, stop))

    def numbers(self, start: int, stop: int) -> np.ndarray:
        if stop <= start:
            return np.empty(0, "int32")
        return numbers_in(self.file)[self.start + start : self.start + stop]

    def pieces(self) -> Iterator[np.ndarray]:
        """All numbers, some at a time."""
        for start in range(0, len(self), _PIECE):
            yield self.numbers(start, min(start + _PIECE, len(self)))

    def counts(self) -> Counter[str]:
        """How often each token comes, of those that do."""
        total = np.zeros(len(self.types), "int64")
        for piece in self.pieces():
            total += np.bincount(piece, minlength=len(total))
        return Counter({token: n for token, n in zip(self.types, total.tolist(), strict=True) if n})


class Ids:
    """The tokens of a text as ids of a vocabulary; any part of them, int32 [n], is `ids[a:b]`."""

    def __init__(self, text: Text, codec: Codec):
        self.text, self.codec = text, codec
        self.table = codec.ids(text.types)

    def __len__(self) -> int:
        return len(self.text)

    def __getitem__(self, where: slice) -> np.ndarray:
        start, stop, _ = where.indices(len(self))
        return self.table[self.text.numbers(start, stop)]

    def shifted(self, start: int, stop: int) -> tuple[np.ndarray, np.ndarray]:
        """X and y of a part of the text: x⟨t⟩ = y⟨t-1⟩, before all `<EOS>`."""
        y = self[max(0, start - 1) : stop]
        if not start:
            y = np.append(np.int32(self.codec.eos), y)
        return y[:-1], y[1:]

    def pieces(self) -> Iterator[np.ndarray]:
        """All ids, some at a time."""
        return (self.table[piece] for piece in self.text.pieces())

    def item_ends(self) -> np.ndarray:
        """The place after each line."""
        ends, start = [np.empty(0, "int64")], 0
        for piece in self.pieces():
            ends.append(np.flatnonzero(piece == self.codec.eos) + start + 1)
            start += len(piece)
        found = np.concatenate(ends)
        return found if len(self) in found[-1:] else np.append(found, len(self))

    def items(self) -> Iterator[list[np.ndarray]]:
        """The lines, some at a time."""
        ends, start = self.item_ends(), 0
        while start < len(self):
            first, last = np.searchsorted(ends, [start, start + _ITEMS], side="right")
            stop = int(ends[max(first, last - 1)])
            yield self.codec.items(self[start:stop])
            start = stop
