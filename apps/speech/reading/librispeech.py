"""Folders as LibriSpeech has them: `*.trans.txt` beside the recordings of a chapter."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from gated.errors import BadData
from gated.reading.files import paths_in
from gated.reading.pieces import read_lines

from .audio import find
from .utterance import Utterance

TRANSCRIPTS = "*.trans.txt"
_SETS = {"train": "train-", "valid": "dev-", "test": "test-"}


def folders_of_sets(folder: Path) -> dict[str, list[Path]]:
    """The folders of each set, by their names; or all as one set."""
    inside = [path for path in paths_in(folder) if path.is_dir()]
    if [path.name for path in inside] == ["LibriSpeech"]:
        return folders_of_sets(inside[0])
    sets = {
        which: [path for path in inside if path.name.startswith(begins)]
        for which, begins in _SETS.items()
    }
    return {which: found for which, found in sets.items() if found} or {"train": [folder]}


def read(which: str, folders: Sequence[Path]) -> Iterator[Utterance]:
    """The utterances of the folders of a set; a name is `speaker-chapter-number`.

    Raises BadData where there are several of what figures are for one of.
    """
    if which != "train" and len(folders) > 1:
        names = ", ".join(folder.name for folder in folders)
        raise BadData(f"{folders[0].parent}: expected one {which} set, found {names}; name one")
    for path in sorted(path for folder in folders for path in folder.rglob(TRANSCRIPTS)):
        for line in read_lines(path):
            name, _, text = line.strip().partition(" ")
            if name:
                speaker, dash, _ = name.partition("-")
                sound = find(path.parent / name)
                yield Utterance(name, text.strip(), sound, speaker if dash else "")
