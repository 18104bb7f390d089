"""Labelled texts from files."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from gated.errors import BadData
from gated.reading.json_text import parse_json
from gated.reading.pieces import lines_of, text_of
from gated.reading.stored import Stored
from gated.reading.tables import Quoting, read_table

TABLES = {".csv": ",", ".tsv": "\t", ".tab": "\t"}
JSON_LINES = (".jsonl", ".ndjson", ".json")


@dataclass(frozen=True)
class Text:
    """A text and its class."""

    text: str
    label: str


def stored(run: Path, texts: Iterable[Text]) -> Stored[Text]:
    """A list of texts in a file, as `Stored` has it."""

    def encode(text: Text) -> bytes:
        return json.dumps((text.text, text.label)).encode()

    return Stored(run, texts, encode, lambda content: Text(*json.loads(content)))


@dataclass(frozen=True)
class Reader:
    """How to read files."""

    text_column: str = "text"
    label_column: str = "label"
    encoding: str | None = None
    separator: str | None = None
    quoting: Quoting | None = None
    #: In whose folder, or above, texts are while they are used.
    run: Path = Path()

    def read(self, path: Path) -> Iterator[Text]:
        """The texts of a table, of JSON lines, or of a file of one class. Raises BadData."""
        ending = path.suffix.lower()
        if ending in JSON_LINES:
            texts = self._json_lines(path)
        elif ending in TABLES or self.separator:
            texts = self._table(path)
        else:
            label = path.stem if ending in ("", ".txt") else path.suffix.removeprefix(".")
            texts = (Text(line.strip(), label) for line in self._lines(path) if line.strip())
        if not (first := next(texts, None)):
            raise BadData(f"{path}: no texts")
        yield first
        yield from texts

    def read_whole(self, path: Path, label: str) -> Text:
        """A file that is one text."""
        return Text("\n".join(self._lines(path)).strip(), label)

    def _lines(self, path: Path) -> Iterator[str]:
        text = text_of(path, self.encoding)
        end = "\n" if any("\n" in piece for piece in text()) else "\r"
        return (line.removesuffix("\r") for line in lines_of(text(), end))

    def _table(self, path: Path) -> Iterator[Text]:
        table = read_table(
            text_of(path, self.encoding),
            str(path),
            (self.text_column, self.label_column),
            TABLES.get(path.suffix.lower(), ","),
            self.separator,
            self.quoting,
        )
        remarks = [table.remarks] if table.remarks else []
        header = not table.named and _begins_with_header(label for _, (_, label) in table.rows)
        if header:
            _, (_, label) = next(table.rows)
            remarks.append(f"the first row is a header: no other has the class {label.strip()}")
        if remarks:
            print(f"{path}: {'; '.join(remarks)}")
        for number, (text, label) in islice(table.rows, header, None):
            yield _checked(text, label, f"{path}:{number}")

    def _json_lines(self, path: Path) -> Iterator[Text]:
        for number, line in enumerate(self._lines(path), 1):
            if not line.strip():
                continue
            where = f"{path}:{number}"
            found = parse_json(line, str(path), number)
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


def _begins_with_header(labels: Iterator[str]) -> bool:
    """Whether the first is the name of a column: the others occur again and again, it does not."""
    first = next(labels, None)
    others = Counter(labels)
    return first is not None and first not in others and len(others) < others.total()
