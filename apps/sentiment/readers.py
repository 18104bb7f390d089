"""Labelled texts from files."""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import charset_normalizer

from gated.errors import BadData, BadUsage
from gated.text.files import decode_lines, read_bytes

TABLES = {".csv": ",", ".tsv": "\t"}
JSON_LINES = (".jsonl", ".ndjson", ".json")


@dataclass(frozen=True)
class Text:
    """A text and its class."""

    text: str
    label: str


@dataclass(frozen=True)
class Reader:
    """How to read files."""

    text_column: str = "text"
    label_column: str = "label"
    encoding: str | None = None

    def read(self, path: Path) -> list[Text]:
        """The texts of a table, of JSON lines, or of a file of one class. Raises BadData."""
        if path.suffix in TABLES:
            texts = list(self._table(path))
        elif path.suffix in JSON_LINES:
            texts = list(self._json_lines(path))
        else:
            label = path.stem if path.suffix in ("", ".txt") else path.suffix.removeprefix(".")
            texts = [Text(line.strip(), label) for line in self._lines(path) if line.strip()]
        if not texts:
            raise BadData(f"{path}: no texts")
        return texts

    def read_whole(self, path: Path, label: str) -> Text:
        """A file that is one text."""
        return Text("\n".join(self._lines(path)).strip(), label)

    def _lines(self, path: Path) -> list[str]:
        content = read_bytes(path)
        encoding = self.encoding or _encoding(content, path)
        if encoding.lower().replace("_", "-") not in ("utf-8", "utf8"):
            try:
                content = content.decode(encoding).encode()
            except UnicodeDecodeError as error:
                line = content[: error.start].count(b"\n") + 1
                byte = error.object[error.start]
                raise BadData(f"{path}:{line}: byte 0x{byte:02x}, expected {encoding}") from None
            except LookupError:
                raise BadUsage(f"--encoding {encoding}: no such encoding") from None
        return list(decode_lines(content.removesuffix(b"\n").split(b"\n"), str(path)))

    def _table(self, path: Path) -> Iterator[Text]:
        # The csv module takes lines with their ends: a quoted field may have some within.
        rows = csv.reader(
            (f"{line}\n" for line in self._lines(path)), delimiter=TABLES[path.suffix], strict=True
        )
        try:
            header = next(rows, [])
            for column in (self.text_column, self.label_column):
                if column not in header:
                    raise BadData(
                        f"{path}:1: no column `{column}`, found {', '.join(header) or 'nothing'}"
                    )
            text, label = header.index(self.text_column), header.index(self.label_column)
            for row in rows:
                if not row:
                    continue
                if len(row) != len(header):
                    raise BadData(
                        f"{path}:{rows.line_num}: {len(row)} columns, expected {len(header)}"
                    )
                yield _checked(row[text], row[label], f"{path}:{rows.line_num}")
        except csv.Error as error:
            raise BadData(f"{path}:{rows.line_num}: {error}") from None

    def _json_lines(self, path: Path) -> Iterator[Text]:
        for number, line in enumerate(self._lines(path), 1):
            if not line.strip():
                continue
            where = f"{path}:{number}"
            try:
                found = json.loads(line)
            except json.JSONDecodeError as error:
                raise BadData(f"{where}: not JSON: {error.msg}") from None
            if not isinstance(found, dict):
                raise BadData(f"{where}: expected a JSON object")
            for key in (self.text_column, self.label_column):
                if key not in found:
                    raise BadData(f"{where}: no key `{key}`, found {', '.join(found) or 'nothing'}")
                value = found[key]
                if not isinstance(value, str | int) or isinstance(value, bool):
                    shown = json.dumps(value)[:40]
                    raise BadData(f"{where}: `{key}` is {shown}, expected a string")
            yield _checked(str(found[self.text_column]), str(found[self.label_column]), where)


def _checked(text: str, label: str, where: str) -> Text:
    if not label.strip():
        raise BadData(f"{where}: no class")
    return Text(text.strip(), label.strip())


def _encoding(content: bytes, path: Path) -> str:
    try:
        content.decode()
        return "utf-8"
    except UnicodeDecodeError:
        pass
    found = list(charset_normalizer.from_bytes(content))
    if not found:
        raise BadData(f"{path}: not UTF-8 nor any encoding of text; name its --encoding")
    # Of those that fit equally well, as all of Europe's do on a few accents, the usual one.
    fit = (found[0].chaos, found[0].coherence)
    best = [one.encoding for one in found if (one.chaos, one.coherence) == fit]
    encoding = "cp1252" if "cp1252" in best else best[0]
    print(f"{path}: not UTF-8, read as {encoding}; --encoding names another")
    return encoding
