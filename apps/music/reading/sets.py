"""From music in files to pieces in three sets."""

import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from gated.runs.splits import fold_of, share_of
from rich.console import Console
from rich.progress import track

from gated.errors import BadData

from ..config import Config
from . import midi, rolls
from .abc import files as abc
from .chorales import read_chorales
from .piece import Piece

_FILES = (*midi.ENDINGS, *abc.ENDINGS)
_NAMES = {
    "train": re.compile(r"train", re.I),
    "valid": re.compile(r"valid|dev", re.I),
    "test": re.compile(r"test", re.I),
}
_SHOWN = 10  # names of what was skipped
_MANY = 50  # files whose reading takes long enough to show how far it is


@dataclass(frozen=True)
class Corpus:
    """The three sets of pieces; `test` may be empty."""

    train: list[Piece]
    valid: list[Piece]
    test: list[Piece]


def load(config: Config) -> Corpus:
    """The corpus of the options. Raises BadData and BadUsage.

    What cannot be read is skipped, and said on stderr.
    """
    reader = _Reader(config.grid)
    name = " ".join(config.corpus) or "the chorales"
    valid, test = config.valid, config.test
    if config.corpus:
        sets = reader.read(config.corpus)
        valid = valid or (() if sets["valid"] else ("0.1",))
    else:
        sets = {"train": read_chorales(config.grid), "valid": [], "test": []}
        valid, test = valid or ("fold:8/10",), test or ("fold:9/10",)
    pieces = sets["train"]
    free = set(range(len(pieces)))
    # The test pieces first, so that they stay the same however many are for validation.
    for which, given in (("test", test), ("valid", valid)):
        if not given:
            continue
        if (places := _places(given, f"--{which}", len(pieces), free, config.seed)) is None:
            sets[which] = reader.read_one(given, which)
            continue
        if not places:
            raise BadData(f"{name}: of {_count(len(pieces))} none is left for the {which} set")
        sets[which] = [pieces[i] for i in sorted(places)]
        free -= places
    sets["train"] = [pieces[i] for i in sorted(free)]
    if not sets["train"]:
        raise BadData(f"{name}: of {_count(len(pieces))} none is left to train on")
    reader.report()
    return Corpus(**sets)


def read_pieces(corpus: tuple[str, ...], grid: int) -> list[Piece]:
    """The pieces to judge a model on: of files or folders, or the test set where there are sets.

    Raises BadData. What cannot be read is skipped, and said on stderr.
    """
    reader = _Reader(grid)
    pieces = reader.read_one(corpus, "test")
    reader.report()
    return pieces


@dataclass
class _Reader:
    """Reads pieces, and remembers what it skipped."""

    grid: int
    read_count: int = 0
    problems: list[str] = field(default_factory=list)
    #: What is to be known of pieces that were read.
    remarks: list[str] = field(default_factory=list)

    def read(self, corpus: Sequence[str]) -> dict[str, list[Piece]]:
        """The sets of files and folders. Raises BadData if no piece of them can be read."""
        sets: dict[str, list[Piece]] = {"train": [], "valid": [], "test": []}
        before = len(self.problems)
        for path in map(Path, corpus):
            for which, pieces in self._read(path).items():
                sets[which] += pieces
        count = sum(map(len, sets.values()))
        self.read_count += count
        if not count:
            problems = self.problems[before:]
            if len(problems) == 1:
                raise BadData(problems[0])
            raise BadData(
                f"{' '.join(corpus)}: none of {_count(len(problems))} can be read; {problems[0]}"
            )
        return sets

    def read_one(self, corpus: Sequence[str], which: str) -> list[Piece]:
        """The set of this name where there are sets, all pieces where not."""
        sets = self.read(corpus)
        return sets[which] or sets["train"] or sets["valid"] or sets["test"]

    def report(self) -> None:
        """Says on stderr what was skipped."""
        for lines, form in ((self.problems, "skipped {}"), (self.remarks, "{}")):
            for line in lines[:_SHOWN]:
                print(form.format(line), file=sys.stderr)
            if len(lines) > _SHOWN:
                print(f"and {len(lines) - _SHOWN} more", file=sys.stderr)
        if self.problems:
            skipped = len(self.problems)
            print(f"{_count(self.read_count)} read, {skipped} skipped", file=sys.stderr)

    def _read(self, path: Path) -> dict[str, list[Piece]]:
        if path.is_dir():
            folders = _folders_of_sets(path)
            return {which: self._read_folder(folder) for which, folder in folders.items()}
        if not path.exists():
            raise BadData(f"{path}: no such file or folder")
        ending = path.suffix.lower()
        if ending in rolls.ENDINGS:
            return rolls.read_rolls(path, self.grid)
        if ending not in _FILES:
            endings = ", ".join((*_FILES, *rolls.ENDINGS))
            raise BadData(f"{path}: expected a folder, or a file whose name ends in {endings}")
        return {"train": self._read_files([path])}

    def _read_folder(self, folder: Path) -> list[Piece]:
        files = sorted(
            path
            for path in folder.rglob("*")
            if path.suffix.lower() in _FILES and path.is_file() and not path.name.startswith(".")
        )
        if not files:
            raise BadData(f"{folder}: no {' or '.join(_FILES)} files in this folder")
        return self._read_files(files)

    def _read_files(self, files: Sequence[Path]) -> list[Piece]:
        console = Console(stderr=True)
        shown: Iterable[Path] = track(
            files,
            "Reading music",
            console=console,
            transient=True,
            disable=len(files) < _MANY or not console.is_terminal,
        )
        pieces: list[Piece] = []
        for file in shown:
            try:
                if file.suffix.lower() in abc.ENDINGS:
                    tunes, problems = abc.read_abc(file, self.grid, self.remarks)
                    pieces += tunes
                    self.problems += problems
                else:
                    pieces.append(midi.read_midi(file, self.grid, self.remarks))
            except BadData as error:
                self.problems.append(str(error))
        return pieces


def _folders_of_sets(folder: Path) -> dict[str, Path]:
    """The train, valid and test folders within, if there are such; else the folder as one set."""
    inside = sorted(path for path in folder.iterdir() if path.is_dir())
    sets = {}
    for which, pattern in _NAMES.items():
        found = [path for path in inside if pattern.search(path.name)]
        if len(found) == 1:
            sets[which] = found[0]
    # A folder of another name may have one of the words in its own, as `latest` has.
    return sets if "train" in sets and len(sets) > 1 else {"train": folder}


def _places(
    given: Sequence[str], option: str, count: int, free: set[int], seed: int
) -> set[int] | None:
    """What a share or fold:I/N takes of the pieces that are free; None if it is neither."""
    if fold := fold_of(given, option):
        return {i for i in free if i % fold[1] == fold[0]}
    if (share := share_of(given)) is not None:
        order = np.random.default_rng(seed).permutation(sorted(free)).tolist()
        return set(order[: max(1, round(share * count))])
    return None


def _count(pieces: int) -> str:
    return "1 piece" if pieces == 1 else f"{pieces:,} pieces"
