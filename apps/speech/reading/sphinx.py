"""Folders as CMU Sphinx has them: `etc/*.fileids`, `etc/*.transcription`, and `wav`."""

import re
from collections.abc import Iterator
from pathlib import Path

from gated.errors import BadData
from gated.reading.pieces import read_lines

from .archive import unpacked
from .audio import find
from .utterance import Utterance

IDS = ".fileids"
_TRANSCRIPTS = ".transcription"
_WAV = "wav"
_LINE = re.compile(r"(?P<text>.*?)\s*\((?P<id>[^()]*)\)\s*")
_MARKS = ("<s>", "</s>", "<sil>")


def lists(folder: Path) -> list[Path]:
    """The files that list recordings, of a folder or of `etc` in it."""
    return sorted([*folder.glob(f"*{IDS}"), *folder.glob(f"etc/*{IDS}")])


def read(path: Path) -> Iterator[Utterance]:
    """The utterances of a list of recordings; the folder of each is its speaker.

    The recordings are in `wav`, or packed in `wav.tar.xz` and the like, which is unpacked into the
    user's cache folder. Raises BadData, with file and line, where a transcript has no name.
    """
    names = [line.strip() for line in read_lines(path) if line.strip()]
    ids, texts = _transcripts(path.with_suffix(_TRANSCRIPTS))
    # The lines belong together one by one, as in SphinxTrain; else by their names.
    in_order = len(ids) == len(names) and all(map(str.endswith, names, ids))
    places = {one: place for place, one in enumerate(ids)}
    sounds = _sounds(path)
    for i, name in enumerate(names):
        *folders, last = name.split("/")
        place = i if in_order else places.get(name, places.get(last))
        text = "" if place is None else texts[place]
        yield Utterance(name, text, find(sounds / name), folders[-1] if folders else "")


def _transcripts(path: Path) -> tuple[list[str], list[str]]:
    """The names, and what is said; without the marks of silence."""
    ids, texts = [], []
    for number, line in enumerate(read_lines(path), 1):
        if not line.strip():
            continue
        if not (found := _LINE.fullmatch(line)):
            raise BadData(f"{path}:{number}: {line[:40]!r}, expected words and (the name)")
        ids.append(found["id"])
        texts.append(" ".join(word for word in found["text"].split() if word not in _MARKS))
    return ids, texts


def _sounds(path: Path) -> Path:
    """The folder that the names in a list are from."""
    root = path.parent.parent if path.parent.name == "etc" else path.parent
    if (root / _WAV).is_dir():
        return root / _WAV
    if archives := [*root.glob(f"{_WAV}.tar*"), *root.glob(f"{_WAV}.t?z")]:
        root = unpacked(archives[0])
    return root / _WAV if (root / _WAV).is_dir() else root
