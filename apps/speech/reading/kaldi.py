"""Folders as Kaldi has them: `wav.scp`, `text`, `segments`, `utt2spk`."""

import math
import os
import re
from collections.abc import Iterator
from pathlib import Path

from gated.errors import BadData
from gated.reading.pieces import read_lines

from .utterance import Utterance

RECORDINGS = "wav.scp"


def read(folder: Path) -> Iterator[Utterance]:
    """The utterances of a folder: its segments, or else its recordings.

    Raises BadData, with file and line, on what is no path: a command that Kaldi would run, or a
    place in an archive.
    """
    recordings = _recordings(folder)
    texts, speakers = _values(folder / "text"), _values(folder / "utt2spk")

    def utterance(name: str, recording: str, start: float = 0.0, seconds: float = 0.0) -> Utterance:
        text, speaker = texts.get(name, ""), speakers.get(name, "")
        return Utterance(name, text, recordings[recording], speaker, start, seconds)

    if not (segments := folder / "segments").exists():
        for name in recordings:
            yield utterance(name, name)
        return
    for number, line in enumerate(read_lines(segments), 1):
        match line.split():
            case [name, recording, *times]:
                start, end = _times(times, f"{segments}:{number}")
                if recording not in recordings:
                    raise BadData(f"{segments}:{number}: {recording} is not in {RECORDINGS}")
                yield utterance(name, recording, start, 0.0 if end == -1 else end - start)
            case [_]:
                _times([], f"{segments}:{number}")


def _recordings(folder: Path) -> dict[str, str]:
    """The path of each; one that is relative is from here, as in Kaldi, or from the folder."""
    path = folder / RECORDINGS
    found = {}
    for number, name, given in _lines(path):
        if given.endswith("|"):
            raise BadData(f"{path}:{number}: a command, expected a path: commands are not run")
        if not given or re.search(r"\.ark:\d+$", given):
            raise BadData(f"{path}:{number}: {given[:40]!r}, expected the path of a sound file")
        found[name] = given if os.path.isfile(given) else str(folder / given)
    return found


def _values(path: Path) -> dict[str, str]:
    """What belongs to each name; nothing where there is no such file."""
    return {name: value for _, name, value in _lines(path)} if path.exists() else {}


def _lines(path: Path) -> Iterator[tuple[int, str, str]]:
    """The number of each line, its name and what follows it."""
    names = set()
    for number, line in enumerate(read_lines(path), 1):
        name, value = (*line.split(maxsplit=1), "", "")[:2]
        if name in names:
            raise BadData(f"{path}:{number}: {name} for the second time")
        if name:
            names.add(name)
            yield number, name, value.strip()


def _times(fields: list[str], where: str) -> tuple[float, float]:
    try:
        start, end = map(float, fields)
    except ValueError:
        start = end = math.nan
    if not (0 <= start < math.inf and (end == -1 or start < end < math.inf)):
        shown = " ".join(fields)[:40]
        raise BadData(f"{where}: {shown!r}, expected a start and an end in seconds")
    return start, end
