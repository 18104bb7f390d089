"""Arrays and cells in MATLAB files of level 5, the default of MATLAB's `save` until today's -v7.3.

"MAT-File Format", MathWorks, chapter 1. SciPy reads many more kinds of values, but a damaged file
ends its process.
"""

import math
import struct
import zlib
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

import numpy as np

_LARGEST = 2**28  # bytes of all variables that are compressed
_MOST_CELLS = 10**6
_NUMBERS = dict(zip((1, 2, 3, 4, 5, 6, 7, 9, 12, 13), "bBhHiIfdqQ", strict=True))
_MATRIX, _COMPRESSED = 14, 15
_CELL, _FIRST_NUMERIC, _LAST_NUMERIC = 1, 6, 15
_COMPLEX = 0x08


class _Matrix(NamedTuple):
    kind: int
    shape: tuple[int, ...]
    name: str
    parts: list[tuple[int, memoryview]]


def read_variables(content: bytes) -> dict[str, np.ndarray]:
    """The variables of a file: numbers, and cells of numbers as arrays of objects.

    What has another type is an array of None. Raises ValueError where it is no such file.
    """
    order = {b"IM": "<", b"MI": ">"}.get(content[126:128])
    if order is None or len(content) < 128:
        raise ValueError("no header of a MATLAB file of level 5")
    found = {}
    left = _LARGEST
    for kind, body in _elements(memoryview(content)[128:], order):
        if kind == _COMPRESSED:
            unpacked = _unpacked(body, left)
            left -= len(unpacked)
            kind, body = next(_elements(unpacked, order), (0, unpacked))
        if kind == _MATRIX and body:
            matrix = _matrix(body, order)
            found[matrix.name] = _value(matrix, order)
    return found


def _unpacked(body: memoryview, most: int) -> memoryview:
    try:
        found = zlib.decompressobj().decompress(body, most + 1)
    except zlib.error as error:
        raise ValueError(str(error)) from None
    if len(found) > most:
        raise ValueError(f"variables of more than {_LARGEST:,} bytes")
    return memoryview(found)


def _elements(content: memoryview, order: str) -> Iterator[tuple[int, memoryview]]:
    """The type and the data of each."""
    place = 0
    while place < len(content):
        if place + 8 > len(content):
            raise ValueError("ends within an element")
        kind, size = struct.unpack_from(f"{order}II", content, place)
        if kind >> 16:  # at most four bytes, beside their type
            kind, size, start, end = kind & 0xFFFF, kind >> 16, place + 4, place + 8
        else:
            start = place + 8
            end = start + size + (0 if kind == _COMPRESSED else -size % 8)
        if start + size > min(end, len(content)):
            raise ValueError("ends within an element")
        yield kind, content[start : start + size]
        place = end


def _matrix(body: memoryview, order: str) -> _Matrix:
    elements = list(islice(_elements(body, order), 3 + _MOST_CELLS))
    if len(elements) < 3 or len(elements[0][1]) < 8:
        raise ValueError("an array without type, size and name")
    (_, flags), (_, sizes), (_, name), *parts = elements
    shape = np.frombuffer(sizes[: len(sizes) // 4 * 4], f"{order}i4").tolist()
    if not 2 <= len(shape) <= 32 or min(shape) < 0:
        raise ValueError(f"an array of the size {shape[:4]}")
    (word,) = struct.unpack_from(f"{order}I", flags)
    if (word >> 8) & _COMPLEX:
        raise ValueError("an array of complex numbers")
    return _Matrix(word & 0xFF, tuple(shape), bytes(name).decode("latin-1"), parts)


def _value(matrix: _Matrix, order: str) -> np.ndarray:
    if matrix.kind == _CELL:
        cells = [
            _numbers(_matrix(body, order), order) if body else np.zeros((0, 0))
            for kind, body in matrix.parts
            if kind == _MATRIX
        ]
        if len(cells) != math.prod(matrix.shape):
            raise ValueError(f"{len(cells)} cells, expected {math.prod(matrix.shape)}")
        found = np.empty(len(cells), object)
        for place, cell in enumerate(cells):
            found[place] = cell
        return found.reshape(matrix.shape, order="F")
    return _numbers(matrix, order)


def _numbers(matrix: _Matrix, order: str) -> np.ndarray:
    if not _FIRST_NUMERIC <= matrix.kind <= _LAST_NUMERIC:
        return np.array(None)
    kind, data = matrix.parts[0] if matrix.parts else (1, memoryview(b""))
    if kind not in _NUMBERS:
        raise ValueError(f"numbers of the type {kind}")
    stored = np.dtype(order + _NUMBERS[kind])
    if len(data) != stored.itemsize * math.prod(matrix.shape):
        raise ValueError(f"{len(data):,} bytes, expected {math.prod(matrix.shape):,} numbers")
    return np.frombuffer(data, stored).reshape(matrix.shape, order="F")
