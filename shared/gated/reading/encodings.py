"""From bytes to text, in whatever encoding they are."""

import codecs

import charset_normalizer

from gated.errors import BadData, BadUsage

# That of UTF-32 first: it begins with that of UTF-16.
_MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


def decode(content: bytes, name: str, encoding: str = "utf-8") -> str:
    """The text of a file, without a byte-order mark.

    Raises BadData, with `name` and line, where a byte does not fit, BadUsage on an encoding that
    there is not.
    """
    try:
        return content.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        line = before.count(b"\n" if b"\n" in content else b"\r") + 1
        expected = "UTF-8 text" if encoding == "utf-8" else encoding
        byte = content[error.start]
        raise BadData(f"{name}:{line}: byte 0x{byte:02x}, expected {expected}") from None
    except LookupError:
        raise BadUsage(f"--encoding {encoding}: no such encoding") from None


def find_encoding(content: bytes, name: str) -> str:
    """UTF-8 where it fits, else what the bytes most look like, which is said.

    Raises BadData where they look like no text.
    """
    if not (encoding := wide_encoding(content)):
        try:
            content.decode()
            return "utf-8"
        except UnicodeDecodeError:
            encoding = _most_like(content)
    if not encoding:
        raise BadData(f"{name}: not UTF-8 nor any encoding of text; name its --encoding")
    print(f"{name}: not UTF-8, read as {encoding}; --encoding names another")
    return encoding


def wide_encoding(content: bytes) -> str | None:
    """The name of the form of UTF-16 or UTF-32 that bytes are, if any.

    Without a byte-order mark UTF-16 shows in its zero bytes: those of the spaces and line ends of
    any script.
    """
    for mark, encoding in _MARKS.items():
        if content.startswith(mark):
            return encoding
    if b"\0" not in content:
        return None
    for encoding in ("utf-16-le", "utf-16-be"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        common = sum(text.count(character) for character in " \t\r\n,.")
        if "\0" not in text and 100 * common >= len(text):
            return encoding
    return None


def _most_like(content: bytes) -> str | None:
    found = list(charset_normalizer.from_bytes(content))
    if not found:
        return None
    # Of those that fit equally well, as all of Europe's do on a few accents, the usual one.
    fit = (found[0].chaos, found[0].coherence)
    best = [one.encoding for one in found if (one.chaos, one.coherence) == fit]
    return "cp1252" if "cp1252" in best else best[0]
