"""Word vectors from text files."""

import gzip
import zlib
from collections.abc import Iterator, Mapping
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from gated.errors import BadData

_LONGEST = 2**20  # bytes of a line


def read_vectors(
    path: Path, wanted: Mapping[str, int], first: int | None = None
) -> tuple[dict[int, np.ndarray], int]:
    """The vectors of some words, as GloVe and word2vec write them: a word and its numbers a line.

    Gzipped or not, with or without a first line of the two sizes. The file is read line by line,
    and only what is wanted is kept. Where a word is written in more than one way, the one in lower
    case counts, or else the first; digits are read as 0, as in `gated.text.spelled`.

    Args:
        path: the file.
        wanted: the place of each word.
        first: how many words of the file are looked at, from its beginning; all if None.

    Returns:
        The vectors by place, float32 [width], and the width.

    Raises:
        BadData: with path and line, if there is something else.
    """
    found: dict[int, np.ndarray] = {}
    exact: set[int] = set()
    width = 0
    passed: list[int] = []
    for number, word, numbers in islice(_rows(path, passed), first):
        width = len(numbers)
        place = wanted.get(word)
        if place is None:
            place = wanted.get(_normal_form(word))
            if place is None or place in found:
                continue
        elif place in exact:
            continue
        else:
            exact.add(place)
        try:
            found[place] = np.array(numbers, "float32")
        except ValueError:
            raise BadData(f"{path}:{number}: {_expected(width)}") from None
    if not width:
        what = "not UTF-8" if passed else "empty"
        raise BadData(f"{path}: {what}, expected word vectors")
    if passed:
        print(f"{path}:{passed[0]}: the first of {len(passed)} lines passed over, not UTF-8")
    return found, width


def first_words(path: Path, count: int) -> list[str]:
    """The first words of a file of vectors, which has the most frequent first, as they are read.

    In lower case, with every digit as 0, each once. Raises BadData as `read_vectors` does.
    """
    return list(dict.fromkeys(_normal_form(word) for _, word, _ in islice(_rows(path, []), count)))


def set_vectors(embedding: Any, vectors: Mapping[int, np.ndarray]) -> None:
    """Puts vectors, by place, into a `keras.layers.Embedding`."""
    table = embedding.get_weights()[0].copy()
    for place, vector in vectors.items():
        table[place] = vector
    embedding.set_weights([table])


def _rows(path: Path, passed: list[int]) -> Iterator[tuple[int, str, list[str]]]:
    """Number of the line, word and numbers of each; `passed` gets the numbers of the others."""
    width = 0
    for number, line in _lines(path, passed):
        parts = line.rstrip().split(" ")
        if number == 1 and len(parts) == 2:
            continue
        width = width or len(parts) - 1
        if width < 2 or len(parts) <= width:
            raise BadData(f"{path}:{number}: {_expected(max(width, 2))}")
        # A word may have blanks within; its numbers have none.
        yield number, " ".join(parts[:-width]), parts[-width:]


def _expected(width: int) -> str:
    return f"expected a word and {width} numbers"


def _normal_form(word: str) -> str:
    return "".join("0" if c.isdecimal() else c for c in word.lower())


def _lines(path: Path, passed: list[int]) -> Iterator[tuple[int, str]]:
    try:
        with path.open("rb") as file:
            zipped = file.read(2) == b"\x1f\x8b"
        with (gzip.open if zipped else open)(path, "rb") as file:
            lines = iter(partial(file.readline, _LONGEST + 1), b"")
            for number, line in enumerate(lines, 1):
                if len(line) > _LONGEST:
                    raise BadData(
                        f"{path}:{number}: more than {_LONGEST:,} bytes, expected a word vector"
                    )
                try:
                    text = line.decode()
                except UnicodeDecodeError:
                    passed.append(number)
                    continue
                yield number, text
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise BadData(f"{path}: {reason.lower()}, expected word vectors") from None
