"""Folders as Common Voice has them: recordings in `clips`, and tables beside it."""

from collections.abc import Iterator
from pathlib import Path

from gated.reading.pieces import text_of
from gated.reading.tables import read_table

from .audio import find
from .utterance import Utterance

CLIPS = "clips"
_SETS = {"train": "train.tsv", "valid": "dev.tsv", "test": "test.tsv"}
_ALL = "validated.tsv"


def tables_of_sets(folder: Path) -> dict[str, Path]:
    """The table of each set; where there is none to train on, the one of all that is validated."""
    sets = {which: folder / name for which, name in _SETS.items()}
    found = {which: path for which, path in sets.items() if path.is_file()}
    return found if "train" in found else {"train": folder / _ALL}


def read(path: Path) -> Iterator[Utterance]:
    """The utterances of a table. Raises BadData where it lacks a column."""
    columns = ("client_id", "path", "sentence")
    table = read_table(text_of(path), str(path), columns, "\t", "\t", quoting="no")
    for _, (speaker, name, text) in table.rows:
        yield Utterance(Path(name).stem, text.strip(), find(path.parent / CLIPS / name), speaker)
