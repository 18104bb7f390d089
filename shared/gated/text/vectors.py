"""Word vectors from text files."""

import gzip
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from gated.errors import BadData


def read_vectors(path: Path, wanted: Mapping[str, int]) -> tuple[dict[int, np.ndarray], int]:
    """The vectors of some words, as GloVe and word2vec write them: a word and its numbers a line.

    Gzipped or not, with or without a first line of the two sizes. The file is read line by line,
    and only what is wanted is kept. Where a word is written in more than one way, the one in lower
    case counts, or else the first; digits are read as 0, as in `gated.text.spelled`.

    Args:
        path: the file.
        wanted: the place of each word.

    Returns:
        The vectors by place, float32 [width], and the width.

    Raises:
        BadData: with path and line, if there is something else.
    """
    found: dict[int, np.ndarray] = {}
    exact: set[int] = set()
    width = 0
    for number, line in _lines(path):
        parts = line.rstrip().split(" ")
        if number == 1 and len(parts) == 2:
            continue
        width = width or len(parts) - 1
        expected = f"{path}:{number}: expected a word and {max(width, 2)} numbers"
        if width < 2 or len(parts) <= width:
            raise BadData(expected)
        # A word may have blanks within; its numbers have none.
        word, numbers = " ".join(parts[:-width]), parts[-width:]
        place = wanted.get(word)
        if place is None:
            normal = "".join("0" if c.isdecimal() else c for c in word.lower())
            place = wanted.get(normal)
            if place is None or place in found:
                continue
        elif place in exact:
            continue
        else:
            exact.add(place)
        try:
            found[place] = np.array(numbers, "float32")
        except ValueError:
            raise BadData(expected) from None
    if not width:
        raise BadData(f"{path}: empty, expected word vectors")
    return found, width


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    try:
        with path.open("rb") as file:
            zipped = file.read(2) == b"\x1f\x8b"
        with (gzip.open if zipped else open)(path, "rb") as file:
            for number, line in enumerate(file, 1):
                try:
                    yield number, line.decode()
                except UnicodeDecodeError as error:
                    byte = error.object[error.start]
                    raise BadData(
                        f"{path}:{number}: byte 0x{byte:02x}, expected UTF-8 text"
                    ) from None
    except (OSError, EOFError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise BadData(f"{path}: {reason.lower()}, expected word vectors") from None
