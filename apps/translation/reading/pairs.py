"""Pairs of texts from files."""

import json
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from gated.errors import BadData, BadUsage
from gated.reading.files import open_bytes
from gated.reading.json_text import parse_json
from gated.reading.pieces import lines_of, read_lines, text_of
from gated.reading.stored import Stored
from gated.reading.tables import read_table

TABLES = {".tsv": "\t", ".tab": "\t", ".csv": ","}
_JSON_LINES = (".jsonl", ".ndjson", ".json")
_TMX = ".tmx"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


@dataclass(frozen=True)
class Pair:
    """A text and what it is in the other language."""

    source: str
    target: str


def stored(run: Path, pairs: Iterable[Pair]) -> Stored[Pair]:
    """A list of pairs in a file, as `Stored` has it."""

    def encode(pair: Pair) -> bytes:
        return json.dumps((pair.source, pair.target)).encode()

    return Stored(run, pairs, encode, lambda content: Pair(*json.loads(content)))


@dataclass(frozen=True)
class Reader:
    """How to read files.

    Attributes:
        source, target: the columns, keys or languages.
        run: in whose folder, or above, pairs are while they are used.
    """

    source: str = "1"
    target: str = "2"
    run: Path = Path()

    def read(self, names: Sequence[str]) -> Iterator[Pair]:
        """The pairs of files: of each one that holds both, or of two that are parallel.

        Raises BadData, with file and line, where they cannot be read.
        """
        paths = [Path(name) for name in names]
        kinds = [self._kind(path) for path in paths]
        if not any(kinds):
            if len(paths) != 2:
                raise BadUsage(
                    f"{' '.join(names)}: expected two files, source and target, or files with "
                    "both: .tsv, .csv, .jsonl, .tmx"
                )
            yield from _parallel(*paths)
            return
        if not all(kinds):
            path = paths[kinds.index(None)]
            raise BadUsage(f"{path}: expected a file with both, .tsv, .csv, .jsonl or .tmx")
        for path, kind in zip(paths, kinds, strict=True):
            yield from getattr(self, f"_{kind}")(path)

    def _kind(self, path: Path) -> str | None:
        ending = Path(path.name.removesuffix(".gz")).suffix.lower()
        if ending in _JSON_LINES:
            return "json_lines"
        if ending == _TMX:
            return "tmx"
        return "table" if ending in TABLES else None

    def _table(self, path: Path) -> Iterator[Pair]:
        usual = TABLES[Path(path.name.removesuffix(".gz")).suffix.lower()]
        table = read_table(text_of(path), str(path), (self.source, self.target), usual)
        if table.remarks:
            print(f"{path}: {table.remarks}")
        for _, row in table.rows:
            yield Pair(*row)

    def _json_lines(self, path: Path) -> Iterator[Pair]:
        for number, line in enumerate(lines_of(text_of(path)(), "\n"), 1):
            if not line.strip():
                continue
            found = parse_json(line, str(path), number)
            texts = [_in(found, key) for key in (self.source, self.target)]
            match texts:
                case [str(source), str(target)]:
                    yield Pair(source, target)
                case _:
                    keys = f"`{self.source}` and `{self.target}`"
                    raise BadData(f"{path}:{number}: expected an object with strings {keys}")

    def _tmx(self, path: Path) -> Iterator[Pair]:
        """Translation memories, TMX 1.4: of each unit the segments in the two languages."""
        try:
            with open_bytes(path) as file:
                for _, element in ElementTree.iterparse(file):
                    if element.tag != "tu":
                        continue
                    source, target = (_segment(element, of) for of in (self.source, self.target))
                    if source is not None and target is not None:
                        yield Pair(source, target)
                    element.clear()
        except ElementTree.ParseError as error:
            raise BadData(f"{path}:{error.position[0]}: not XML: {error.msg}") from None
        except (LookupError, ValueError) as error:  # of its encoding
            raise BadData(f"{path}:1: not XML that can be read: {error}") from None


def _in(found, key: str):
    """The value of a key, or of one within `translation`, as sets of many languages have it."""
    if not isinstance(found, dict):
        return None
    if key not in found and isinstance(found.get("translation"), dict):
        return found["translation"].get(key)
    return found.get(key)


def _segment(unit: ElementTree.Element, language: str) -> str | None:
    for variant in unit.iter("tuv"):
        code = variant.get(_LANG) or variant.get("lang") or ""
        if code.lower() == language.lower() or code.lower().startswith(f"{language.lower()}-"):
            segment = variant.find("seg")
            return None if segment is None else "".join(segment.itertext())
    return None


def _parallel(source: Path, target: Path) -> Iterator[Pair]:
    for number, (one, other) in enumerate(zip_longest(read_lines(source), read_lines(target)), 1):
        if one is None or other is None:
            ended, longer = (source, target) if one is None else (target, source)
            raise BadData(f"{longer}:{number}: expected as many lines as in {ended}: {number - 1}")
        yield Pair(one, other)
