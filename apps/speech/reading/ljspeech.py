"""Folders as LJSpeech has them: recordings in `wavs`, and `metadata.csv` beside it."""

from collections.abc import Iterator
from pathlib import Path

from gated.errors import BadData
from gated.reading.pieces import read_lines

from .audio import find
from .utterance import Utterance

METADATA, WAVS = "metadata.csv", "wavs"


def read(path: Path) -> Iterator[Utterance]:
    """The utterances of a list: `name|text|text with numbers in words`, of which the last is taken.

    Of one speaker, or of speakers who are not known. Raises BadData on another line.
    """
    for number, line in enumerate(read_lines(path), 1):
        if not line.strip():
            continue
        name, *texts = line.split("|")
        if not texts or not name.strip():
            raise BadData(f"{path}:{number}: {line[:40]!r}, expected name|text")
        text = next((one for one in texts[1::-1] if one.strip()), "")
        yield Utterance(name.strip(), text.strip(), find(path.parent / WAVS / name.strip()))
