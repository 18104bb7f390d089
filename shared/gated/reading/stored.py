"""Files without names, and lists of examples and numbers in them.

They are gone with the process, however it ends: there is nothing to remove, and nothing outdated to
find.
"""

import contextlib
import json
import mmap
import os
import tempfile
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from copy import copy
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Generic, TypeVar, overload

import numpy as np

from gated.errors import BadUsage

E = TypeVar("E")

_AT_ONCE = 2**20  # numbers


def nameless(run: Path) -> BinaryIO:
    """A new file on the disk of a run: in its folder, or the nearest above it that is there.

    Raises BadUsage where it cannot be made.
    """
    with writing(run):
        return tempfile.TemporaryFile(dir=_nearest(run))


@contextlib.contextmanager
def writing(run: Path) -> Iterator[None]:
    """Raises BadUsage where something cannot be written within, to a nameless file of a run."""
    try:
        yield
    except OSError as error:
        where = _nearest(run)
        raise BadUsage(f"{where}: the corpus cannot be written there: {error.strerror}") from None


def _nearest(run: Path) -> Path:
    here = run.absolute()
    return next(path for path in (here, *here.parents) if path.is_dir())


def numbers_in(file: BinaryIO) -> np.ndarray:
    """The int32 numbers that were written to a nameless file, of which none is in memory yet.

    To be called anew for each part: what was read of a mapping counts as the process's memory.
    """
    return np.frombuffer(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ), "int32")


class Numbers:
    """Numbers in a nameless file, those of any places are `numbers[places]`, int32."""

    def __init__(self, run: Path, numbers: Iterable[int]):
        """Writes numbers, one at least. Raises BadUsage where they cannot be written."""
        self.file = nameless(run)
        numbers = iter(numbers)
        while len(some := np.fromiter(islice(numbers, _AT_ONCE), "int32")):
            with writing(run):
                self.file.write(some.data)
        with writing(run):
            self.file.flush()

    def __len__(self) -> int:
        return os.fstat(self.file.fileno()).st_size // 4

    def __getitem__(self, places: np.ndarray | slice) -> np.ndarray:
        return numbers_in(self.file)[places]


class Stored(Sequence[E], Generic[E]):
    """A list of examples in a nameless file, of which one is in memory when it is asked for."""

    def __init__(
        self,
        run: Path,
        examples: Iterable[E] = (),
        encode: Callable[[E], bytes] = lambda example: json.dumps(example).encode(),
        decode: Callable[[bytes], E] = json.loads,
    ):
        """Writes examples.

        Args:
            run: as of `nameless`.
            examples: those that are there at first.
            encode: an example as bytes; as JSON, unless there is something better.
            decode: the example of such bytes.

        Raises:
            BadUsage: where they cannot be written.
        """
        self.run, self.encode, self.decode = run, encode, decode
        self.file = nameless(run)
        self.starts, self.stops = array("q"), array("q")
        self.extend(examples)

    def extend(self, examples: Iterable[E]) -> None:
        """Adds examples at the end. Raises BadUsage where they cannot be written."""
        stop = self.file.seek(0, os.SEEK_END)
        for example in examples:
            content = self.encode(example)
            with writing(self.run):
                self.file.write(content)
            self.starts.append(stop)
            stop += len(content)
            self.stops.append(stop)
        with writing(self.run):
            self.file.flush()

    def __len__(self) -> int:
        return len(self.starts)

    @overload
    def __getitem__(self, which: int) -> E: ...
    @overload
    def __getitem__(self, which: slice) -> "Stored[E]": ...
    def __getitem__(self, which):
        if isinstance(which, slice):
            return self.take(np.arange(len(self))[which])
        start = self.starts[which]
        # Unlike what is mapped, what is read so does not count as the process's memory.
        return self.decode(os.pread(self.file.fileno(), self.stops[which] - start, start))

    def take(self, places: np.ndarray) -> "Stored[E]":
        """The examples at these places, of the same file."""
        taken = copy(self)
        taken.starts, taken.stops = (
            array("q", np.asarray(ends)[places].tobytes()) for ends in (self.starts, self.stops)
        )
        return taken
