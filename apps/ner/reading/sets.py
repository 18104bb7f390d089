"""From corpora to sentences, and from sentences to batches."""

import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from gated.errors import BadData, BadUsage
from gated.text import tfds

from .conll import Reader, Sentence

EMBEDDED = Path(__file__).parents[1] / "corpus"

_NAMES = {
    "train": re.compile(r"train", re.I),
    "valid": re.compile(r"valid|dev|testa", re.I),
    "test": re.compile(r"test(?!a)", re.I),
}
_TFDS_SPLITS = {"train": ("train",), "valid": ("validation", "dev", "valid"), "test": ("test",)}
_TFDS_TAGS = ("ner", "ner_tags", "tags")
_PLAIN = Reader()


@dataclass(frozen=True)
class Corpus:
    """The three sets of sentences; `test` may be empty."""

    train: list[Sentence]
    valid: list[Sentence]
    test: list[Sentence]


def load(
    corpus: tuple[str, ...],
    valid: tuple[str, ...],
    test: tuple[str, ...],
    seed: int,
    reader: Reader = _PLAIN,
) -> Corpus:
    """Reads a corpus and splits it, as the options of `Config` say.

    Raises BadData on a corpus that cannot be read or split, BadUsage on options that make no
    sense together.
    """
    sets = _read(corpus, reader) if corpus else _read((str(EMBEDDED),), _PLAIN)
    name = " ".join(corpus) or "the embedded corpus"
    if not sets["train"]:
        raise BadData(f"{name}: no sentences to train on; a file has `train` in its name")
    # The test sentences first, so that they stay the same however many are for validation.
    for which, given in (("test", test), ("valid", valid)):
        if given:
            sets[which], sets["train"] = _take(sets["train"], given, seed, name, reader)
    if not sets["valid"]:
        sets["valid"], sets["train"] = _take(sets["train"], ("0.1",), seed, name, reader)
    return Corpus(**sets)


def read_sentences(corpus: tuple[str, ...], reader: Reader = _PLAIN) -> list[Sentence]:
    """The sentences to judge a tagger on: files, or the test set of a folder or of tfds:NAME."""
    if not (sentences := _read(corpus, reader, files="test")["test"]):
        raise BadData(f"{' '.join(corpus)}: no test sentences")
    return sentences


def _read(
    corpus: tuple[str, ...], reader: Reader, files: str = "train"
) -> dict[str, list[Sentence]]:
    """The sets of a corpus; what is given as files, not as a folder or a name, is one set."""
    empty: dict[str, list[Sentence]] = {"train": [], "valid": [], "test": []}
    if len(corpus) == 1 and corpus[0].startswith(tfds.PREFIX):
        return empty | _read_tfds(corpus[0].removeprefix(tfds.PREFIX), reader)
    if len(corpus) == 1 and Path(corpus[0]).is_dir():
        return empty | _read_folder(Path(corpus[0]), reader)
    return empty | {files: [sentence for path in corpus for sentence in reader.read(path)]}


def _read_folder(folder: Path, reader: Reader) -> dict[str, list[Sentence]]:
    files = sorted(path for path in folder.iterdir() if path.is_file())
    sets = {}
    for which, pattern in _NAMES.items():
        found = [path for path in files if pattern.search(path.name)]
        if len(found) > 1:
            names = ", ".join(path.name for path in found)
            raise BadData(f"{folder}: expected one {which} file, found {names}; name the files")
        if found:
            sets[which] = reader.read(found[0])
    return sets


def _read_tfds(name: str, reader: Reader) -> dict[str, list[Sentence]]:
    features, splits = tfds.load(name)
    # A sequence of class labels, which have names.
    key = next((key for key in _TFDS_TAGS if key in features), None)
    label = getattr(features[key], "feature", None) if key else None
    if label is None or "tokens" not in features or not hasattr(label, "int2str"):
        raise BadData(
            f"{tfds.PREFIX}{name}: expected `tokens` and one of {', '.join(_TFDS_TAGS)}, "
            f"found {', '.join(features)}"
        )
    tag_name: Callable[[int], str] = label.int2str
    sets = {}
    for which, names in _TFDS_SPLITS.items():
        split = next((splits[one] for one in names if one in splits), ())
        pairs = [
            (
                tuple(token.decode() for token in example["tokens"]),
                tuple(tag_name(tag) for tag in example[key]),
            )
            for example in split
            if len(example["tokens"])
        ]
        sets[which] = reader.sentences(pairs, partial(_place, f"{tfds.PREFIX}{name}, {which}"))
    return sets


def _place(where: str, sentence: int, token: int) -> str:
    return f"{where}, sentence {sentence + 1}, token {token + 1}"


def _take(
    sentences: list[Sentence], given: tuple[str, ...], seed: int, name: str, reader: Reader
) -> tuple[list[Sentence], list[Sentence]]:
    """The sentences that `given` names, and the others."""
    if (chosen := _indices(given, len(sentences), seed)) is None:
        return [sentence for path in given for sentence in reader.read(path)], sentences
    if not 0 < len(chosen) < len(sentences):
        raise BadData(
            f"{name}: {len(sentences)} sentence(s), too few to set {given[0]} of them apart"
        )
    taken = [sentences[i] for i in sorted(chosen)]
    return taken, [sentence for i, sentence in enumerate(sentences) if i not in chosen]


def _indices(given: tuple[str, ...], count: int, seed: int) -> set[int] | None:
    """The places that a fraction or every:N takes from `count`; None if files are given."""
    if len(given) != 1:
        return None
    if given[0].startswith("every:"):
        every = given[0].removeprefix("every:")
        if not every.isdecimal() or int(every) < 2:
            raise BadUsage(f"{given[0]}: expected every:N with N at least 2")
        return set(range(int(every) - 1, count, int(every)))
    try:
        fraction = float(given[0])
    except ValueError:
        return None
    if not 0 < fraction < 1:
        raise BadUsage(f"{given[0]}: expected a fraction between 0 and 1")
    return set(random.Random(seed).sample(range(count), max(1, round(fraction * count))))
