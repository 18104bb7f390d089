"""Predictions in a folder, in files that are written whole or not at all."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, groupby
from pathlib import Path

from gated.commands.outputs import Done
from gated.errors import BadData, BadUsage
from gated.runs.lock import is_lock
from gated.whole import is_temporary, whole

_BYTES = 2**24  # of a shard, and more by the last predictions in it
_NAME = re.compile(r"(\d+)-(\d+)\.jsonl")


@dataclass(frozen=True)
class Predicted:
    """Predictions of texts one after the other, in lines of JSON."""

    #: The number, from 0, of the file that the texts are in.
    file: int
    lines: bytes


class Shards:
    """A folder of files `00003-00000.jsonl`, after the number of an input and of a shard of it."""

    def __init__(self, folder: Path, files: int, resume: bool):
        """Raises BadUsage where shards cannot go there.

        Args:
            folder: empty, and of this process alone.
            files: how many inputs there are.
            resume: the folder may hold shards, which stay.
        """
        self._folder = folder
        self._next: dict[int, int] = {}
        for path in sorted(folder.iterdir()):
            if is_temporary(path):
                path.unlink()  # of a process that was killed
            if is_temporary(path) or is_lock(path):
                continue
            found = _NAME.fullmatch(path.name)
            if not (found and resume):
                advice = "name another folder" + (", or give --resume" if found else "")
                raise BadUsage(f"--out {folder}: holds {path.name}; {advice}")
            file, number = map(int, found.groups())
            if file >= files:
                raise BadUsage(f"--resume: {path.name} in {folder} is of more inputs than these")
            # After one that is missing they are made again.
            if number == self._next.get(file, 0):
                self._next[file] = number + 1

    def done(self, file: int) -> Done:
        """What the shards of an input hold."""
        lines, last = 0, b""
        for number in range(self._next.get(file, 0)):
            with open(self._path(file, number), "rb") as shard:
                for line in shard:
                    lines, last = lines + 1, line
        return Done(lines, last)

    def write(self, predicted: Iterable[Predicted]) -> None:
        """Writes what is predicted of the inputs, one after the other.

        Raises:
            BadData: where the disk is full, say.
        """
        for file, of_file in groupby(predicted, key=lambda one: one.file):
            number, rest = self._next.get(file, 0), iter(of_file)
            for one in rest:
                self._write(self._path(file, number), chain([one], rest))
                number += 1

    def _write(self, path: Path, predicted: Iterator[Predicted]) -> None:
        try:
            with whole(path) as temporary, open(temporary, "wb") as shard:
                while shard.tell() < _BYTES and (one := next(predicted, None)):
                    shard.write(one.lines)
        except OSError as error:
            raise BadData(f"{path}: cannot be written: {error.strerror}") from None

    def _path(self, file: int, number: int) -> Path:
        return self._folder / f"{file:05}-{number:05}.jsonl"
