"""Lists of recordings: JSON lines, as NeMo has them, and tables."""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gated.errors import BadData
from gated.reading.json_text import parse_json
from gated.reading.pieces import lines_of, text_of
from gated.reading.tables import read_table

from .utterance import Utterance

TABLES = {".csv": ",", ".tsv": "\t", ".tab": "\t"}
JSON_LINES = (".jsonl", ".ndjson", ".json")

# What the columns are called, the first that is there: as NeMo, Hugging Face, DeepSpeech, Common
# Voice and others have them.
_AUDIO = ("audio_filepath", "audio", "file_name", "path", "wav_filename", "filename", "file", "wav")
TEXTS = ("text", "transcript", "transcription", "sentence", "label")
SPEAKERS = ("speaker", "speaker_id", "client_id")


@dataclass(frozen=True)
class Reader:
    """How to read lists; the names of columns, None for those that are usual."""

    audio: str | None = None
    text: str | None = None
    speaker: str | None = None

    def read(self, path: Path) -> Iterator[Utterance]:
        """The utterances of a file; a path in it is from its folder.

        Raises BadData, with file and line, where it cannot be read.
        """
        rows = self._objects(path) if path.suffix.lower() in JSON_LINES else self._table(path)
        for number, row in rows:
            yield _utterance(row, path, number)

    def _objects(self, path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
        for number, line in enumerate(lines_of(text_of(path)(), "\n"), 1):
            if not line.strip():
                continue
            found = parse_json(line, str(path), number)
            if not isinstance(found, dict):
                raise BadData(f"{path}:{number}: expected a JSON object")
            names = self._names(found)
            if missing := [name for name in (names["audio"], names["text"]) if name not in found]:
                keys = ", ".join(found) or "nothing"
                raise BadData(f"{path}:{number}: no key `{missing[0]}`, found {keys}")
            yield number, {one: found[name] for one, name in names.items() if name in found}

    def _table(self, path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
        text = text_of(path)
        first = next((line for line in lines_of(text(), "\n") if line.strip()), "")
        names = self._names([one.strip(' "\r\ufeff') for one in re.split(r"[,;|\t]", first)])
        usual = TABLES[path.suffix.lower()]
        table = read_table(text, str(path), list(names.values()), usual)
        if table.remarks:
            print(f"{path}: {table.remarks}")
        for number, row in table.rows:
            yield number, dict(zip(names, row, strict=True))

    def _names(self, there: Sequence[str] | Mapping[str, Any]) -> dict[str, str]:
        """What the columns are called: those that have to be there, and others that are."""
        names = {
            "audio": self.audio or _first(_AUDIO, there) or _AUDIO[0],
            "text": self.text or _first(TEXTS, there) or TEXTS[0],
        }
        if speaker := self.speaker or _first(SPEAKERS, there):
            names["speaker"] = speaker
        return names | {name: name for name in ("offset", "duration") if name in there}


def _first(names: Sequence[str], there: Sequence[str] | Mapping[str, Any]) -> str | None:
    return next((name for name in names if name in there), None)


def _utterance(row: dict[str, Any], path: Path, number: int) -> Utterance:
    where = f"{path}:{number}"
    audio, text, speaker = (_text(row, name, where) for name in ("audio", "text", "speaker"))
    if not audio:
        raise BadData(f"{where}: no path of a recording")
    start, seconds = (_seconds(row, name, where) for name in ("offset", "duration"))
    name = f"{audio} {start:g} s" if start else audio
    return Utterance(name, text, str(path.parent / audio), speaker, start, seconds)


def _text(row: dict[str, Any], name: str, where: str) -> str:
    value = "" if row.get(name) is None else row[name]
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise BadData(f"{where}: `{name}` is {str(value)[:40]}, expected a string")
    return str(value).strip()


def _seconds(row: dict[str, Any], name: str, where: str) -> float:
    value = row.get(name)
    if value is None or value == "":
        return 0.0
    try:
        found = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError, OverflowError):
        found = math.nan
    if not 0 <= found < math.inf:
        raise BadData(f"{where}: `{name}` is {str(value)[:40]}, expected seconds")
    return found
