"""Inputs in files, folders and object stores, as pyarrow reads them; gzipped or Parquet as well."""

import io
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import BinaryIO

import pyarrow
from pyarrow import fs, parquet

from gated.commands.inputs import Given, given_of_json, given_of_lines
from gated.errors import BadData
from gated.reading.files import decode_lines

_PARQUET = ".parquet"
_PACKED = {".bz2": "bz2", ".gz": "gzip", ".lz4": "lz4", ".zst": "zstd"}
_BUFFER = 2**20  # bytes
_LONGEST = 2**26  # bytes of a line: what is packed may unpack to far more than the memory
_ROWS = 1024  # of Parquet that are in memory at once
_EXPECTED = "expected a text file"


@dataclass(frozen=True)
class Stored:
    """A file with texts, wherever it is."""

    filesystem: fs.FileSystem
    path: str
    #: What messages and ids call it.
    name: str
    #: In bytes; None: that is not known before it is unpacked.
    size: int | None

    def texts(self, input: str | None) -> Iterator[Given]:
        """As `given_texts`; a row of Parquet is an object, and its number is that of a line.

        Raises:
            BadData: on what cannot be read, or is not what it should be.
        """
        suffix = _suffix(self.path)
        try:
            if suffix == _PARQUET:
                yield from self._rows()
            else:
                unpacked = self.path[: -len(suffix)] if suffix in _PACKED else self.path
                of_file = input or ("json" if _suffix(unpacked) == ".jsonl" else "text")
                yield from given_of_lines(self._lines(), self.name, of_file)
        except (OSError, ValueError, OverflowError, pyarrow.ArrowException) as error:
            raise BadData(f"{self.name}: {_reason(error)}, {_EXPECTED}") from None

    def _lines(self) -> Iterator[str]:
        packed = _PACKED.get(_suffix(self.path))
        stream = self.filesystem.open_input_stream(self.path, compression=packed)
        with io.BufferedReader(stream, _BUFFER) as file:
            yield from decode_lines(self._bounded(file), self.name)

    def _bounded(self, file: BinaryIO) -> Iterator[bytes]:
        number = 0
        while line := file.readline(_LONGEST + 1):
            number += 1
            if len(line) > _LONGEST:
                size = f"{_LONGEST >> 20} MB"
                raise BadData(f"{self.name}:{number}: more than {size}, expected a shorter line")
            yield line

    def _rows(self) -> Iterator[Given]:
        with self.filesystem.open_input_file(self.path) as opened:
            number = 0
            for batch in parquet.ParquetFile(opened).iter_batches(_ROWS):
                for row in batch.to_pylist():
                    number += 1
                    text = json.dumps(row, ensure_ascii=False, default=str)
                    yield given_of_json(text, self.name, number)


def find(names: Sequence[str]) -> list[Stored]:
    """The files that each name stands for, those of one name by their paths.

    A name is a path or a URI, `s3://bucket/folder`, of a file; or of a folder with all in it, but
    for what begins with `.` or `_`; or has `*` and the like for parts of the names in a folder.

    Raises:
        BadData: where there is none.
    """
    return [stored for name in names for stored in _find(name)]


def _find(name: str) -> list[Stored]:
    scheme, separator, _ = name.partition("://")
    try:
        if separator:
            filesystem, path = fs.FileSystem.from_uri(name)
        else:
            filesystem, path = fs.LocalFileSystem(), name
        found = sorted(_files(filesystem, path), key=lambda info: info.path)
    except (OSError, pyarrow.ArrowException) as error:
        raise BadData(f"{name}: {_reason(error)}, {_EXPECTED}") from None
    if not found:
        raise BadData(f"{name}: no such file or directory, {_EXPECTED}")
    prefix = scheme + separator if separator else ""
    return [
        Stored(
            filesystem,
            info.path,
            prefix + str(PurePosixPath(info.path)),
            info.size if _suffix(info.path) not in (_PARQUET, *_PACKED) else None,
        )
        for info in found
    ]


def _files(filesystem: fs.FileSystem, path: str) -> list[fs.FileInfo]:
    parts = PurePosixPath(path).parts
    special = [i for i, part in enumerate(parts) if set(part) & set("*?[")]
    [info] = filesystem.get_file_info([path])
    if special and info.type == fs.FileType.NotFound:
        folder = str(PurePosixPath(*parts[: special[0]]))
        deep = special[0] < len(parts) - 1
        return [
            one
            for one in _within(filesystem, folder, deep)
            if len(found := PurePosixPath(one.path).parts) == len(parts)
            and all(map(fnmatchcase, found, parts))
        ]
    if info.type != fs.FileType.Directory:
        return [info] if info.type != fs.FileType.NotFound else []
    return [
        one
        for one in _within(filesystem, path, True)
        if not any(
            part.startswith((".", "_")) for part in PurePosixPath(one.path).relative_to(path).parts
        )
    ]


def _within(filesystem: fs.FileSystem, folder: str, deep: bool) -> list[fs.FileInfo]:
    selector = fs.FileSelector(folder, allow_not_found=True, recursive=deep)
    return [one for one in filesystem.get_file_info(selector) if one.is_file]


def _suffix(path: str) -> str:
    return PurePosixPath(path).suffix.lower()


def _reason(error: Exception) -> str:
    if number := getattr(error, "errno", None):
        return os.strerror(number).lower()
    reason = str(error).partition(". Detail:")[0]
    return reason[:1].lower() + reason[1:]
