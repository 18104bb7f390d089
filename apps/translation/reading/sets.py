"""From corpora to pairs in three sets."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from gated.errors import BadData
from gated.reading import tfds
from gated.reading.files import paths_in
from gated.reading.stored import Stored
from gated.training import corpus
from gated.training.corpus import named_sets, named_splits, split

from ..config import Config
from .dates import make
from .pairs import Pair, Reader, stored

#: Pairs of the embedded corpus.
SIZES = {"train": 10_000, "valid": 500, "test": 500}
#: How many times as long one side may be as the other, in characters.
RATIO = 9

Corpus = corpus.Corpus[Pair]


def load(config: Config) -> Corpus:
    """The corpus of the options; says what of it is not trained on. Raises BadData and BadUsage."""
    name = " ".join(config.corpus) or "the embedded corpus"
    reader = Reader(config.source, config.target, config.run)
    found = split(
        _read(config.corpus, reader) if config.corpus else _embedded(config.run),
        config,
        lambda names, _: read_pairs(names, config),
        name,
        "pairs",
    )
    train, dropped = _fit_to_train_on(found)
    if dropped:
        print(f"{name}: not trained on: {', '.join(dropped)}")
    if not train:
        raise BadData(f"{name}: no pairs left to train on")
    return Corpus(train, found.valid, found.test)


def read_pairs(names: Sequence[str], config: Config) -> Sequence[Pair]:
    """The pairs to evaluate on: files, or the test set of a folder or of tfds:NAME."""
    sets = _read(names, Reader(config.source, config.target, config.run))
    for which in ("test", "train", "valid"):
        if pairs := sets.get(which):
            return pairs
    raise BadData(f"{' '.join(names)}: no pairs")


def _fit_to_train_on(sets: Corpus) -> tuple[Sequence[Pair], list[str]]:
    """The training pairs but for those that no one learns from, and what those were."""
    held = {hash(pair) for which in (sets.valid, sets.test) for pair in which}
    empty = unequal = held_out = 0
    places = []
    for i, pair in enumerate(sets.train):
        sizes = sorted((len(pair.source.strip()), len(pair.target.strip())))
        if not sizes[0]:
            empty += 1
        elif sizes[1] > RATIO * sizes[0] and sizes[1] > 10 * RATIO:
            unequal += 1
        elif hash(pair) in held:
            held_out += 1
        else:
            places.append(i)
    counts = {
        "with an empty side": empty,
        f"with a side more than {RATIO} times as long as the other": unequal,
        "that are in the validation or test set too": held_out,
    }
    train = sets.train
    if isinstance(train, Stored):
        train = train.take(np.array(places, int))
    return train, [f"{count:,} pairs {which}" for which, count in counts.items() if count]


def _embedded(run: Path) -> dict[str, Stored[Pair]]:
    return {
        which: stored(run, (Pair(*pair) for pair in make(which, count)))
        for which, count in SIZES.items()
    }


def _read(names: Sequence[str], reader: Reader) -> dict[str, Stored[Pair]]:
    """The sets of a corpus; files are one set."""
    if len(names) == 1 and names[0].startswith(tfds.PREFIX):
        return _read_tfds(names[0].removeprefix(tfds.PREFIX), reader)
    if len(names) == 1 and Path(names[0]).is_dir():
        folder = Path(names[0])
        sets = named_sets((path for path in paths_in(folder) if path.is_file()), folder)
        if not sets:
            raise BadData(f"{folder}: expected files train, valid and test in this folder")
        return {which: stored(reader.run, reader.read([str(path)])) for which, path in sets.items()}
    return {"train": stored(reader.run, reader.read(names))}


def _read_tfds(name: str, reader: Reader) -> dict[str, Stored[Pair]]:
    features, splits = tfds.load(name)
    for key in (reader.source, reader.target):
        if key not in features:
            raise BadData(
                f"{tfds.PREFIX}{name}: no feature `{key}` (--source, --target), but "
                f"{', '.join(features)}"
            )

    def pairs(examples) -> Iterator[Pair]:
        for one in examples:
            yield Pair(one[reader.source].decode(), one[reader.target].decode())

    return {
        which: stored(reader.run, pairs(split)) for which, split in named_splits(splits).items()
    }
