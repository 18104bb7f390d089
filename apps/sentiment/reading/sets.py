"""From corpora to labelled texts in three sets."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from gated.runs.splits import fold_of, share_of

from gated.errors import BadData
from gated.text import tfds

from ..config import Config
from .files import JSON_LINES, TABLES, Reader, Text

EMBEDDED = Path(__file__).parents[1] / "corpus"

_NAMES = {
    "train": re.compile(r"train", re.I),
    "valid": re.compile(r"valid|dev", re.I),
    "test": re.compile(r"test", re.I),
}
_TFDS_SPLITS = {"train": ("train",), "valid": ("validation", "dev", "valid"), "test": ("test",)}
_TFDS_TEXTS = ("text", "sentence", "review")
# Texts without a class, in the layout of the Large Movie Review Dataset.
_UNLABELLED = "unsup"


@dataclass(frozen=True)
class Corpus:
    """The three sets of texts, `test` perhaps empty, and the classes in order."""

    train: list[Text]
    valid: list[Text]
    test: list[Text]

    @property
    def labels(self) -> list[str]:
        return sorted({text.label for text in self.train})


def load(config: Config) -> Corpus:
    """The corpus of the options. Raises BadData and BadUsage."""
    name = " ".join(config.corpus) or "the embedded corpus"
    reader = _reader(config)
    sets = _read(config.corpus, reader) if config.corpus else _read_folder(EMBEDDED, Reader())
    valid = config.valid or (() if sets["valid"] else ("0.1",))
    rest, taken = sets["train"], {}
    for which, given in (("test", config.test), ("valid", valid)):
        if choose := _choice(given, f"--{which}", config.seed):
            taken[which] = choose
        elif given:
            sets[which] = [text for texts in _read(given, reader).values() for text in texts]
    # Both choose among all texts, so that the folds are those of the corpus.
    chosen: dict[str, set[int]] = {}
    for which, choose in taken.items():
        free = sorted(set(range(len(rest))).difference(*chosen.values()))
        places = choose(rest, free)
        if not places:
            raise BadData(f"{name}: of {len(rest)} texts none is left for the {which} set")
        chosen[which] = places
        sets[which] = [rest[i] for i in sorted(places)]
    used = set().union(*chosen.values())
    sets["train"] = [text for i, text in enumerate(rest) if i not in used]
    corpus = Corpus(**sets)
    _check(corpus, name)
    return corpus


def read_texts(corpus: Sequence[str], config: Config) -> list[Text]:
    """The texts to judge a classifier on: files, or the test set of a folder or of tfds:NAME."""
    sets = _read(corpus, _reader(config))
    return sets["test"] or sets["train"] or sets["valid"]


def count_duplicates(texts: Sequence[Text], others: Sequence[Text]) -> int:
    """How many of the texts are, but for case and spaces, among the others."""
    known = {_plain(text.text) for text in others}
    return sum(_plain(text.text) in known for text in texts)


def _plain(text: str) -> str:
    return " ".join(text.lower().split())


def _check(corpus: Corpus, name: str) -> None:
    if not corpus.train:
        raise BadData(f"{name}: no texts left to train on")
    if len(corpus.labels) < 2:
        raise BadData(f"{name}: one class only, {corpus.labels[0]}; expected at least two")
    for which, texts in (("validation", corpus.valid), ("test", corpus.test)):
        check_labels(texts, corpus.labels, f"{name}, {which} texts")


def check_labels(texts: Sequence[Text], labels: Sequence[str], name: str) -> None:
    """Raises BadData if a text has a class that was never seen in training."""
    for text in texts:
        if text.label not in labels:
            raise BadData(
                f"{name}: the class {text.label}, which no training text has; those have "
                f"{', '.join(labels)}"
            )


def _reader(config: Config) -> Reader:
    return Reader(
        config.text_column,
        config.label_column,
        config.encoding,
        config.separator,
        config.quoting,
    )


def _read(corpus: Sequence[str], reader: Reader) -> dict[str, list[Text]]:
    """The sets of a corpus; files are one set."""
    empty: dict[str, list[Text]] = {"train": [], "valid": [], "test": []}
    if len(corpus) == 1 and corpus[0].startswith(tfds.PREFIX):
        return empty | _read_tfds(corpus[0].removeprefix(tfds.PREFIX))
    if len(corpus) == 1 and Path(corpus[0]).is_dir():
        return empty | _read_folder(Path(corpus[0]), reader)
    return empty | {"train": [text for path in corpus for text in reader.read(Path(path))]}


def _read_folder(folder: Path, reader: Reader) -> dict[str, list[Text]]:
    entries = sorted(folder.iterdir())
    folders = [path for path in entries if path.is_dir()]
    tables = [path for path in entries if path.suffix.lower() in (*TABLES, *JSON_LINES)]
    sets: dict[str, list[Text]] = {}
    if folders and not any(pattern.search(p.name) for p in folders for pattern in _NAMES.values()):
        return {"train": _read_classes(folder, reader)}
    for which, pattern in _NAMES.items():
        found = [path for path in folders or tables if pattern.search(path.name)]
        if len(found) > 1:
            names = ", ".join(path.name for path in found)
            raise BadData(f"{folder}: expected one {which} set, found {names}; name the files")
        if found:
            sets[which] = _read_classes(found[0], reader) if folders else reader.read(found[0])
    if not sets:
        raise BadData(
            f"{folder}: expected a folder for each class, or train, valid and test files or "
            "folders; files of one class are named one by one"
        )
    return sets


def _read_classes(folder: Path, reader: Reader) -> list[Text]:
    """A folder for each class, a text each file."""
    texts = [
        reader.read_whole(path, label.name)
        for label in sorted(folder.iterdir())
        if label.is_dir() and label.name != _UNLABELLED
        for path in sorted(label.iterdir())
        if path.suffix.lower() == ".txt"
    ]
    if not texts:
        raise BadData(f"{folder}: no *.txt files in folders of classes")
    return texts


def _read_tfds(name: str) -> dict[str, list[Text]]:
    features, splits = tfds.load(name)
    text = next((key for key in _TFDS_TEXTS if key in features), None)
    label = next((key for key in features if hasattr(features[key], "int2str")), None)
    if text is None or label is None:
        raise BadData(
            f"{tfds.PREFIX}{name}: expected one of {', '.join(_TFDS_TEXTS)}, and classes; found "
            f"{', '.join(features)}"
        )
    names = features[label].int2str
    sets = {}
    for which, splits_of in _TFDS_SPLITS.items():
        split = next((splits[one] for one in splits_of if one in splits), ())
        sets[which] = [
            Text(example[text].decode().strip(), names(int(example[label])))
            for example in split
            if example[label] >= 0
        ]
    return sets


def _choice(
    given: Sequence[str], option: str, seed: int
) -> Callable[[list[Text], list[int]], set[int]] | None:
    """What a share or fold:I/N takes from texts, of those still free; None if files are given."""
    if fold := fold_of(given, option):
        return lambda texts, free: (
            {i for i, number in enumerate(_numbers(texts)) if number % fold[1] == fold[0]}
            & set(free)
        )
    if (share := share_of(given)) is None:
        return None
    return lambda texts, free: _share(texts, free, share, seed)


def _numbers(texts: list[Text]) -> list[int]:
    """The number of each text within its class."""
    seen: Counter[str] = Counter()
    numbers = []
    for text in texts:
        numbers.append(seen[text.label])
        seen[text.label] += 1
    return numbers


def _share(texts: list[Text], free: list[int], share: float, seed: int) -> set[int]:
    """The same share of each class, at random."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(free)
    wanted = {
        label: round(share * count) for label, count in Counter(t.label for t in texts).items()
    }
    chosen = set()
    for i in order.tolist():
        if wanted[texts[i].label] > 0:
            wanted[texts[i].label] -= 1
            chosen.add(i)
    return chosen
