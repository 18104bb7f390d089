"""Text files and other input, read strictly."""

import gzip
import io
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from gated.errors import BadData

_TEXTS = 1024  # that are in memory at once,
_CHARACTERS = 2**18  # unless they have more characters


def split_lines(text: str) -> list[str]:
    r"""The lines of a text, without their ends.

    They end with \n, or \r\n, and nothing else: U+0085 and U+2028, at which `str.splitlines` would
    split too, occur inside lines of real corpora. Where a text has no \n at all, they end with \r.
    """
    end = "\n" if "\n" in text else "\r"
    return [line.removesuffix("\r") for line in text.removesuffix(end).split(end)]


def stream_lines(path: str | Path) -> Iterator[str]:
    r"""Those of a UTF-8 file, which end with \n, one at a time."""
    return decode_lines(_and_close(open_bytes(path)), str(path))


def read_bytes(path: str | Path, expected: str = "a text file") -> bytes:
    """What a file holds. Raises BadData, with what was expected, where it cannot be read."""
    with open_bytes(path, expected) as file:
        return file.read()


def open_bytes(path: str | Path, expected: str = "a text file") -> BinaryIO:
    """Opens a file; of one whose name ends in .gz what is packed in it.

    Raises BadData, with what was expected, where it cannot be opened, and where something else than
    gzip is read from one that should be.
    """
    try:
        if str(path).endswith(".gz"):
            return io.BufferedReader(_Unpacked(path))
        return open(path, "rb")
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise BadData(f"{path}: {reason}, expected {expected}") from None


class _Unpacked(io.RawIOBase):
    """What is packed in a file."""

    def __init__(self, path: str | Path):
        self.path, self.file = path, gzip.GzipFile(path, "rb")

    def readable(self):
        return True

    def readinto(self, buffer):
        try:
            more = self.file.read(len(buffer))
        except (EOFError, OSError, zlib.error) as error:
            raise BadData(f"{self.path}: {str(error).lower()}, expected gzip") from None
        buffer[: len(more)] = more
        return len(more)

    def close(self):
        self.file.close()
        super().close()


def paths_in(folder: Path) -> list[Path]:
    """What is in a folder, by name. Raises BadData where it cannot be read."""
    try:
        return sorted(folder.iterdir())
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise BadData(f"{folder}: {reason}, expected a folder") from None


def _and_close(file: BinaryIO) -> Iterator[bytes]:
    with file:
        yield from file


def decode_lines(lines: Iterable[bytes], name: str) -> Iterator[str]:
    """Decodes lines one by one. Raises BadData, with `name` and line, where one is not UTF-8."""
    for number, line in enumerate(lines, 1):
        try:
            text = line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            byte = error.object[error.start]
            raise BadData(f"{name}:{number}: byte 0x{byte:02x}, expected UTF-8 text") from None
        yield text.removesuffix("\n").removesuffix("\r")


def in_memory(texts: Iterable[str]) -> Iterator[list[str]]:
    """Texts, so many at a time as shall be in memory."""
    some: list[str] = []
    size = 0
    for text in texts:
        some.append(text)
        size += len(text)
        if len(some) == _TEXTS or size >= _CHARACTERS:
            yield some
            some, size = [], 0
    if some:
        yield some
