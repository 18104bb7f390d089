"""From music in files to pieces in three sets."""

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from rich.console import Console
from rich.progress import track

from gated.errors import BadData
from gated.reading.files import paths_in
from gated.reading.stored import Stored
from gated.training import corpus
from gated.training.corpus import named_sets, split

from ..config import Config
from . import abc, midi, rolls
from .chorales import read_chorales
from .piece import Piece, stored

_FILES = (*midi.ENDINGS, *abc.ENDINGS)
_SHOWN = 10  # names of what was skipped
_MANY = 50  # files whose reading takes long enough to show how far it is


Corpus = corpus.Corpus[Piece]


def load(config: Config) -> Corpus:
    """The corpus of the options. Raises BadData and BadUsage.

    What cannot be read is skipped, and reported on stderr.
    """
    reader = _Reader(config)
    if config.corpus:
        name, sets = " ".join(config.corpus), reader.read(config.corpus)
    else:
        name, sets = "the chorales", {"train": stored(config.run, read_chorales(config.grid))}
        valid, test = config.valid or ("fold:8/10",), config.test or ("fold:9/10",)
        config = replace(config, valid=valid, test=test)
    loaded = split(sets, config, reader.read_one, name, "pieces")
    reader.report()
    return loaded


def read_pieces(names: Sequence[str], config: Config) -> Sequence[Piece]:
    """The pieces of files or folders, or the test set where there are sets.

    Raises BadData. What cannot be read is skipped, and reported on stderr.
    """
    reader = _Reader(config)
    pieces = reader.read_one(names, "test")
    reader.report()
    return pieces


@dataclass
class _Reader:
    """Reads pieces, and remembers what it skipped."""

    config: Config
    read_count: int = 0
    problems: list[str] = field(default_factory=list)
    #: What is to be known of pieces that were read.
    remarks: list[str] = field(default_factory=list)

    def read(self, names: Sequence[str]) -> dict[str, Stored[Piece]]:
        """The sets of files and folders. Raises BadData if no piece of them can be read."""
        sets = {which: stored(self.config.run) for which in ("train", "valid", "test")}
        before = len(self.problems)
        for path in map(Path, names):
            for which, pieces in self._read(path).items():
                sets[which].extend(pieces)
        count = sum(map(len, sets.values()))
        self.read_count += count
        if not count:
            problems = self.problems[before:]
            if len(problems) == 1:
                raise BadData(problems[0])
            raise BadData(
                f"{' '.join(names)}: none of {_count(len(problems))} can be read; {problems[0]}"
            )
        return sets

    def read_one(self, names: Sequence[str], which: str) -> Stored[Piece]:
        """The set of this name where there are sets, all pieces where not."""
        sets = self.read(names)
        return sets[which] or sets["train"] or sets["valid"] or sets["test"]

    def report(self) -> None:
        """Prints on stderr what was skipped."""
        for lines, form in ((self.problems, "skipped {}"), (self.remarks, "{}")):
            for line in lines[:_SHOWN]:
                print(form.format(line), file=sys.stderr)
            if len(lines) > _SHOWN:
                print(f"and {len(lines) - _SHOWN} more", file=sys.stderr)
        if self.problems:
            skipped = len(self.problems)
            print(f"{_count(self.read_count)} read, {skipped} skipped", file=sys.stderr)

    def _read(self, path: Path) -> Mapping[str, Iterable[Piece]]:
        if path.is_dir():
            folders = _folders_of_sets(path)
            return {which: self._read_folder(folder) for which, folder in folders.items()}
        if not path.exists():
            raise BadData(f"{path}: no such file or folder")
        ending = path.suffix.lower()
        if ending in rolls.ENDINGS:
            return rolls.read_rolls(path, self.config.grid)
        if ending not in _FILES:
            endings = ", ".join((*_FILES, *rolls.ENDINGS))
            raise BadData(f"{path}: expected a folder, or a file whose name ends in {endings}")
        return {"train": self._read_files([path])}

    def _read_folder(self, folder: Path) -> Iterator[Piece]:
        files = sorted(
            path
            for path in folder.rglob("*")
            if path.suffix.lower() in _FILES and path.is_file() and not path.name.startswith(".")
        )
        if not files:
            raise BadData(f"{folder}: no {' or '.join(_FILES)} files in this folder")
        return self._read_files(files)

    def _read_files(self, files: Sequence[Path]) -> Iterator[Piece]:
        console = Console(stderr=True)
        shown: Iterable[Path] = track(
            files,
            "Reading music",
            console=console,
            transient=True,
            disable=len(files) < _MANY or not console.is_terminal,
        )
        grid = self.config.grid
        for file in shown:
            try:
                if file.suffix.lower() in abc.ENDINGS:
                    yield from abc.read_abc(file, grid, self.problems, self.remarks)
                else:
                    yield midi.read_midi(file, grid, self.remarks)
            except BadData as error:
                self.problems.append(str(error))


def _folders_of_sets(folder: Path) -> dict[str, Path]:
    """The train, valid and test folders within, if there are such; else the folder as one set."""
    inside = [path for path in paths_in(folder) if path.is_dir()]
    # A folder of another name may have one of the words in its own, as `latest` has.
    if any("train" in path.name.lower() for path in inside):
        sets = named_sets(inside, folder)
        if len(sets) > 1:
            return sets
    return {"train": folder}


def _count(pieces: int) -> str:
    return "1 piece" if pieces == 1 else f"{pieces:,} pieces"
