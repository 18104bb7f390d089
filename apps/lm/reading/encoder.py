"""Encodes what a corpus is read from, once and as it is read, into files of numbers."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from gated.commands.progress import bar_of_bytes
from gated.reading.stored import nameless, writing
from gated.text.codec import EOS, Splitter

from ..config import Config
from .numbering import END, Characters, Words
from .text import Text

LONGEST_ITEM = 4096  # tokens that are trained on at once

# Of a set the lines whose number, from 0, is the first modulo the second.
Folds = Mapping[str, tuple[int, int]]


@dataclass(frozen=True)
class Source:
    r"""What text is read from.

    Attributes:
        name: of it in messages.
        pieces: its text in pieces, which end with white space, each line with \n. Calls its
            argument with the number of bytes that it reads.
        size: how many there are, as far as that is known.
    """

    name: str
    pieces: Callable[[Callable[[int], object]], Iterator[str]]
    size: int = 0


@dataclass
class Encoded:
    """What the lines of sources have become.

    Attributes:
        texts: of the folds, and `train`.
        long: of each line in `train` of more than `LONGEST_ITEM` tokens its number there, from 0,
            and where it comes from.
        blank: whether all lines are empty.
    """

    texts: dict[str, Text]
    long: list[tuple[int, str]] = field(default_factory=list)
    blank: bool = True


class Encoder:
    """Numbers the tokens of several texts alike, in files without names."""

    def __init__(self, config: Config):
        splitter = Splitter(config.level, config.lower, config.tokenized)
        self.numbering = (Characters if config.level == "char" else Words)(splitter)
        self.run = config.run

    def encode(self, sources: Sequence[Source], folds: Folds | None = None) -> Encoded:
        """Reads sources one after the other.

        A word `<EOS>` in them is a line's end, which is reported.

        Args:
            sources: what to read.
            folds: the lines that do not go to `train`.

        Raises:
            BadData: where something cannot be read.
            BadUsage: where the numbers cannot be written.
        """
        folds = folds or {}
        files = {which: nameless(self.run) for which in (*folds, "train")}
        found = Encoded({})
        reports = []
        line = trained = 0
        with bar_of_bytes(sum(one.size for one in sources), "Reading", transient=True) as advance:
            for source in sources:
                first, begun, words, place = line, 0, 0, ""
                for piece in source.pieces(advance):
                    found.blank = found.blank and not piece.strip("\n")
                    numbers, ends = self.numbering.read(piece)
                    # The last line may go on in the next piece.
                    lengths = np.diff(ends, prepend=-1, append=len(numbers) - 1)
                    sets = _sets(line + np.arange(len(lengths)), folds)
                    for which, file in files.items():
                        here = numbers[np.repeat(sets == which, lengths)] if folds else numbers
                        with writing(self.run):
                            file.write(here.data)
                    if more := int((numbers == END).sum()) - len(ends):
                        inside = np.setdiff1d(np.flatnonzero(numbers == END), ends)
                        at = line + np.searchsorted(ends, inside[0]) - first + 1
                        words, place = words + more, place or f"{source.name}:{at}"
                    lengths[0] += begun
                    begun = lengths[-1]
                    ours = sets[:-1] == "train"
                    for i in np.flatnonzero(ours & (lengths[:-1] > LONGEST_ITEM)):
                        before = trained + int(ours[:i].sum())
                        found.long.append((before, f"{source.name}:{line + i - first + 1}"))
                    trained += int(ours.sum())
                    line += len(ends)
                if words:
                    reports.append(f"{place}: the first of {words} words {EOS}")
        for report in reports:
            print(f"{report}, each of which ends a line")
        for which, file in files.items():
            with writing(self.run):
                file.flush()
            stop = file.tell() // 4
            found.texts[which] = Text(file, self.numbering.types, 0, stop)
        return found


def _sets(lines: np.ndarray, folds: Folds) -> np.ndarray:
    """To which set each line goes; where folds overlap, to the first."""
    if not folds:
        return np.full(len(lines), "train")
    here = [lines % modulus == number for number, modulus in folds.values()]
    return np.select(here, list(folds), "train")
