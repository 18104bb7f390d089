"""Text files of any size, read a piece at a time."""

import codecs
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import BinaryIO

from gated.errors import BadData
from gated.reading.encodings import decode, find_encoding, wide_encoding
from gated.reading.files import open_bytes, read_bytes

_PIECE = 2**23  # bytes, and on to the next blank

#: A text in pieces, from its beginning each time that it is called.
Pieces = Callable[[], Iterable[str]]


def read_pieces(
    path: str | Path, advance: Callable[[int], object] = lambda size: None
) -> Iterator[str]:
    r"""The text of a UTF-8 file, each line of which ends with \n, the last one too.

    What ends a line in the file is as of `split_lines`. A piece ends after a blank or a line's end,
    no word is cut.

    Args:
        path: of the file.
        advance: is told how many bytes were read.

    Raises:
        BadData: with path and line, where the file is no UTF-8 text.
    """
    line = 1
    with open_bytes(path) as file:
        for i, piece in enumerate(_cut(file, str(path), advance)):
            piece = piece if i else piece.removeprefix(codecs.BOM_UTF8)
            try:
                text = piece.decode()
            except UnicodeDecodeError as error:
                line += piece.count(b"\n", 0, error.start)
                byte = piece[error.start]
                raise BadData(f"{path}:{line}: byte 0x{byte:02x}, expected UTF-8 text") from None
            if (place := text.find("\0")) >= 0:
                line += text.count("\n", 0, place)
                raise BadData(f"{path}:{line}: a NUL character, expected a text file")
            line += text.count("\n")
            yield text


def read_lines(
    path: str | Path, advance: Callable[[int], object] = lambda size: None
) -> Iterator[str]:
    """The lines of such a file, without their ends; a few are in memory."""
    yield from lines_of(read_pieces(path, advance), "\n")


def lines_of(pieces: Iterable[str], end: str) -> Iterator[str]:
    """The lines of a text in pieces, given the character that ends them."""
    begun: list[str] = []
    none = True
    for piece in pieces:
        first, *others = piece.split(end)
        begun.append(first)
        if others:
            yield "".join(begun)
            yield from others[:-1]
            begun = [others[-1]]
            none = False
    if none or any(begun):
        yield "".join(begun)


def text_of(path: Path, encoding: str | None = None) -> Pieces:
    """The text of a file as it is, in pieces, as often as it is called.

    Only what is UTF-8 is not in memory as a whole.

    Args:
        path: of the file.
        encoding: of the text. None: what `find_encoding` finds.

    Raises:
        BadData: with path and line, where it is no text.
    """
    if encoding in (None, "utf-8") and _is_utf8(path):
        return partial(_stream, path)
    content = read_bytes(path)
    text = decode(content, str(path), encoding or find_encoding(content, str(path)))
    return lambda: [text]


def _is_utf8(path: Path) -> bool:
    """Whether a file is text in UTF-8, without a NUL, that can be read again and again."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with open_bytes(path) as file:
            while path.is_file() and (more := file.read(_PIECE)):
                decoder.decode(more)
                if b"\0" in more:
                    return False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return path.is_file()


def _stream(path: Path) -> Iterator[str]:
    """The text of such a file as it is, in pieces. Raises BadData where it is none any more."""
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    try:
        with open_bytes(path) as file:
            while more := file.read(_PIECE):
                yield decoder.decode(more)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        raise BadData(f"{path}: has changed while it was read") from None


def _cut(file: BinaryIO, name: str, advance: Callable[[int], object]) -> Iterator[bytes]:
    held = bytearray()
    last = b""
    newlines = False
    while more := file.read(_PIECE):
        advance(len(more))
        if not last and not held and (encoding := wide_encoding(more)):
            raise BadData(f"{name}:1: {encoding.upper()}, expected UTF-8 text")
        held += more
        newlines = newlines or b"\n" in more
        # Where there is no \n up to the end, \r ends a line, else \r\n.
        if not newlines and b"\r" in held:
            continue
        new = len(held) - len(more)
        if cut := 1 + max(held.rfind(b"\n", new), held.rfind(b" ", new)):
            yield bytes(held[:cut]).replace(b"\r\n", b"\n")
            last = bytes(held[cut - 1 : cut])
            del held[:cut]
    rest = bytes(held)
    if newlines and (rest or last != b"\n"):
        yield rest.removesuffix(b"\r") + b"\n"
    elif not newlines:
        yield rest.removesuffix(b"\r").replace(b"\r", b"\n") + b"\n"
