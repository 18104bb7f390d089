"""A corpus in three sets: those that it comes in, and those that options take from it."""

import re
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence, Sized
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np

from gated.errors import BadData, BadUsage
from gated.reading.stored import Stored

E = TypeVar("E")
S = TypeVar("S", bound=Sized)

# What the names of files, folders and splits have in them.
_NAMES = {
    "train": re.compile(r"train", re.I),
    "valid": re.compile(r"valid|dev|testa", re.I),
    "test": re.compile(r"test(?!a)", re.I),
}


@dataclass(frozen=True)
class Sets(Generic[S]):
    """The training, validation and test set; the last may be empty."""

    train: S
    valid: S
    test: S

    @property
    def evaluated(self) -> tuple[str, S]:
        """The set that a training reports on, with its name: test, or else valid."""
        return ("test", self.test) if self.test else ("valid", self.valid)

    def sizes(self, noun: str) -> str:
        """How many examples each set has, in words."""
        return (
            f"{len(self.train):,} {noun} to train on, {len(self.valid):,} to validate on, "
            f"{len(self.test):,} to test on"
        )


class Corpus(Sets[Sequence[E]]):
    """Sets of examples in memory."""


def named_sets(paths: Iterable[Path], folder: Path) -> dict[str, Path]:
    """Which of the files or folders in a folder is which set, by its name.

    Raises BadData if several could be the same one.
    """
    paths = sorted(paths)
    sets = {}
    for which, pattern in _NAMES.items():
        found = [path for path in paths if pattern.search(path.name)]
        if len(found) > 1:
            names = ", ".join(path.name for path in found)
            raise BadData(f"{folder}: expected one {which} set, found {names}; name the files")
        if found:
            sets[which] = found[0]
    return sets


def named_splits(splits: Mapping[str, Any]) -> dict[str, Any]:
    """Which split of a set of TensorFlow Datasets is which set; the first that fits."""
    found = {
        which: next((splits[name] for name in splits if pattern.match(name)), None)
        for which, pattern in _NAMES.items()
    }
    return {which: split for which, split in found.items() if split is not None}


def split(
    sets: Mapping[str, Sequence[E]],
    config: Any,
    read: Callable[[Sequence[str], str], Sequence[E]],
    name: str,
    noun: str,
    group: Callable[[E], Hashable] | None = None,
    together: Callable[[E], Hashable] | None = None,
) -> Corpus[E]:
    """A corpus as the options `valid`, `test` and `seed` ask for it.

    Shares and folds are of the training set that the corpus comes with, the test set first, so
    that it stays the same however many examples are for validation.

    Args:
        sets: the sets that the corpus comes in, of which any may be missing.
        config: has these options, of the types in `gated.commands.options`.
        read: the examples of files, where an option names files, for the set `valid` or `test`.
        name: of the corpus.
        noun: what its examples are, in the plural.
        group: what an example belongs to; folds and shares are those of each group.
            None: all to one.
        together: what examples have in common that are not to be in two sets, such as a speaker;
            folds and shares are then of these, shares as near as they come. None: nothing.

    Raises:
        BadData: if a set would be empty.
        BadUsage: if an option makes no sense.
    """
    whole = sets.get("train", ())
    free = np.ones(len(whole), bool)
    groups = _numbered(whole, group or (lambda one: None))
    units = _numbered(whole, together) if together else None
    taken = {which: sets.get(which, []) for which in ("valid", "test")}
    for which in ("test", "valid"):
        given = getattr(config, which)
        if not given and which == "valid" and not taken["valid"]:
            given = ("0.1",)
        if not given:
            continue
        places = _places(given, f"--{which}", groups, units, free, config.seed)
        if places is None:
            taken[which] = read(given, which)
            continue
        if not places.any():
            raise BadData(f"{name}: of {len(whole):,} {noun} none is left for the {which} set")
        taken[which] = _of(whole, places)
        free &= ~places
    if not free.any():
        raise BadData(f"{name}: of {len(whole):,} {noun} none is left to train on")
    return Corpus(_of(whole, free), taken["valid"], taken["test"])


def _of(whole: Sequence[E], which: np.ndarray) -> Sequence[E]:
    places = np.flatnonzero(which)
    return whole.take(places) if isinstance(whole, Stored) else [whole[i] for i in places.tolist()]


def _numbered(whole: Sequence[E], of: Callable[[E], Hashable]) -> np.ndarray:
    """The number of what each example belongs to, in the order of their first ones."""
    numbers: dict[Hashable, int] = {}
    return np.array([numbers.setdefault(of(one), len(numbers)) for one in whole], int)


def _places(
    given: Sequence[str],
    option: str,
    groups: np.ndarray,
    units: np.ndarray | None,
    free: np.ndarray,
    seed: int,
) -> np.ndarray | None:
    """What a share or fold:I/N takes of the free places; None if it is neither."""
    if fold := fold_of(given, option):
        return free & ((_ranks(groups) if units is None else units) % fold[1] == fold[0])
    if (share := share_of(given, option)) is None:
        return None
    if units is not None:
        return np.isin(units, _share_of_units(share, units, free, seed))
    wanted = np.array([round(share * size) for size in np.bincount(groups).tolist()], int)
    if len(wanted) and not wanted.any():
        wanted[np.bincount(groups).argmax()] = 1
    shuffled = np.random.default_rng(seed).permutation(np.flatnonzero(free))
    chosen = np.zeros(len(groups), bool)
    chosen[shuffled[_ranks(groups[shuffled]) < wanted[groups[shuffled]]]] = True
    return chosen


def _share_of_units(share: float, units: np.ndarray, free: np.ndarray, seed: int) -> list[int]:
    """Units that are free, in a random order, of which each one still fits; one at least."""
    left, sizes = np.unique(units[free], return_counts=True)
    room = round(share * len(units))
    chosen = []
    for i in np.random.default_rng(seed).permutation(len(left)).tolist():
        if sizes[i] <= room:
            chosen.append(int(left[i]))
            room -= int(sizes[i])
    return chosen or left[[sizes.argmin()]].tolist() if len(left) else []


def _ranks(groups: np.ndarray) -> np.ndarray:
    """How many of its group come before each."""
    order = np.argsort(groups, kind="stable")
    sizes = np.bincount(groups)
    ranks = np.empty(len(groups), int)
    ranks[order] = np.arange(len(groups)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return ranks


def fold_of(names: Sequence[str], option: str) -> tuple[int, int] | None:
    """Of fold:8/10 the 8 and the 10, of anything else None. Raises BadUsage if they do not fit."""
    if len(names) != 1 or not names[0].startswith("fold:"):
        return None
    found = re.fullmatch(r"fold:(\d+)/(\d+)", names[0])
    if not found or int(found[1]) >= int(found[2]):
        raise BadUsage(f"{option} {names[0]}: expected fold:I/N with I below N, such as fold:8/10")
    return int(found[1]), int(found[2])


def share_of(names: Sequence[str], option: str) -> float | None:
    """Of 0.1 the number, of what is no number None. Raises BadUsage if it is no share."""
    if len(names) != 1:
        return None
    try:
        share = float(names[0])
    except ValueError:
        return None
    if not 0 < share < 1:
        raise BadUsage(f"{option} {names[0]}: expected a share between 0 and 1, or files")
    return share
