"""Text files, read strictly."""

from collections.abc import Iterable
from pathlib import Path

from gated.errors import BadData


def read_lines(path: str | Path) -> list[str]:
    r"""The lines of a UTF-8 file, without their ends. Raises BadData with path and line.

    Lines end with \n, or \r\n, and nothing else: U+0085 and U+2028, at which
    `str.splitlines` would split too, occur inside lines of real corpora.
    """
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise BadData(f"{path}: {reason}, expected a text file") from None
    return list(decode_lines(content.removesuffix(b"\n").split(b"\n"), str(path)))


def decode_lines(lines: Iterable[bytes], name: str) -> Iterable[str]:
    """Decodes lines one by one. Raises BadData, with `name` and line, where one is not UTF-8."""
    for number, line in enumerate(lines, 1):
        try:
            text = line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            byte = error.object[error.start]
            raise BadData(f"{name}:{number}: byte 0x{byte:02x}, expected UTF-8 text") from None
        yield text.removesuffix("\n").removesuffix("\r")
