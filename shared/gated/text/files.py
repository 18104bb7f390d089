"""Text files and other input, read strictly."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from gated.errors import BadData
from gated.text.encodings import decode, wide_encoding


def read_lines(path: str | Path) -> list[str]:
    """The lines of a UTF-8 file, without their ends. Raises BadData with path and line."""
    content = read_bytes(path)
    if encoding := wide_encoding(content):
        raise BadData(f"{path}:1: {encoding.upper()}, expected UTF-8 text")
    lines = split_lines(decode(content, str(path)))
    for number, line in enumerate(lines, 1):
        if "\0" in line:
            raise BadData(f"{path}:{number}: a NUL character, expected a text file")
    return lines


def split_lines(text: str) -> list[str]:
    r"""The lines of a text, without their ends.

    They end with \n, or \r\n, and nothing else: U+0085 and U+2028, at which `str.splitlines` would
    split too, occur inside lines of real corpora. Where a text has no \n at all, they end with \r.
    """
    end = "\n" if "\n" in text else "\r"
    return [line.removesuffix("\r") for line in text.removesuffix(end).split(end)]


def stream_lines(path: str | Path) -> Iterator[str]:
    """Likewise, one at a time; of however large a file only one is in memory."""
    return decode_lines(_and_close(open_bytes(path)), str(path))


def read_bytes(path: str | Path, expected: str = "a text file") -> bytes:
    """What a file holds. Raises BadData, with what was expected, where it cannot be read."""
    with open_bytes(path, expected) as file:
        return file.read()


def open_bytes(path: str | Path, expected: str = "a text file") -> BinaryIO:
    """Opens a file. Raises BadData, with what was expected, where it cannot be opened."""
    try:
        return open(path, "rb")
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise BadData(f"{path}: {reason}, expected {expected}") from None


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


def in_memory(
    texts: Iterable[str], count: int = 1024, characters: int = 2**18
) -> Iterator[list[str]]:
    """Texts, so many at a time as shall be in memory, fewer where they have more characters."""
    some: list[str] = []
    size = 0
    for text in texts:
        some.append(text)
        size += len(text)
        if len(some) == count or size >= characters:
            yield some
            some, size = [], 0
    if some:
        yield some
