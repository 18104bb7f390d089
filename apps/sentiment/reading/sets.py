"""From corpora to labelled texts in three sets."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from gated.errors import BadData
from gated.reading import tfds
from gated.reading.files import paths_in
from gated.reading.stored import Stored
from gated.training import corpus
from gated.training.corpus import named_sets, named_splits, split

from ..config import Config
from .files import JSON_LINES, TABLES, Reader, Text, stored

EMBEDDED = Path(__file__).parents[1] / "corpus"

_TFDS_TEXTS = ("text", "sentence", "review")
# Texts without a class, in the layout of the Large Movie Review Dataset.
_UNLABELLED = "unsup"

Corpus = corpus.Corpus[Text]


def load(config: Config) -> Corpus:
    """The corpus of the options. Raises BadData and BadUsage."""
    name = " ".join(config.corpus) or "the embedded corpus"
    reader = _reader(config)
    sets = (
        _read(config.corpus, reader)
        if config.corpus
        else _read([str(EMBEDDED)], Reader(run=config.run))
    )
    found = split(
        sets,
        config,
        lambda names, _: _read_all(names, reader),
        name,
        "texts",
        group=lambda text: text.label,
    )
    labels = labels_of(found.train)
    if len(labels) < 2:
        raise BadData(f"{name}: one class only, {labels[0]}; expected at least two")
    for which, texts in (("validation", found.valid), ("test", found.test)):
        check_labels(texts, labels, f"{name}, {which} texts")
    return found


def read_texts(names: Sequence[str], config: Config) -> Sequence[Text]:
    """The texts to evaluate on: files, or the test set of a folder or of tfds:NAME."""
    sets = _read(names, _reader(config))
    for which in ("test", "train", "valid"):
        if texts := sets.get(which):
            return texts
    raise BadData(f"{' '.join(names)}: no texts")


def labels_of(texts: Iterable[Text]) -> list[str]:
    """The classes of texts, in order."""
    return sorted({text.label for text in texts})


def count_duplicates(texts: Sequence[Text], others: Sequence[Text]) -> int:
    """How many of the texts are, but for case and spaces, among the others."""
    return int(np.isin(_hashes(texts), _hashes(others)).sum())


def _hashes(texts: Sequence[Text]) -> np.ndarray:
    # Of 64 bits: that two of a million different texts have one in common is no more likely than
    # one in ten million.
    return np.array([hash(" ".join(text.text.lower().split())) for text in texts], "int64")


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
        config.run,
    )


def _read(names: Sequence[str], reader: Reader) -> dict[str, Stored[Text]]:
    """The sets of a corpus; files are one set."""
    if len(names) == 1 and names[0].startswith(tfds.PREFIX):
        return _read_tfds(names[0].removeprefix(tfds.PREFIX), reader.run)
    if len(names) == 1 and Path(names[0]).is_dir():
        return _read_folder(Path(names[0]), reader)
    texts = (text for path in names for text in reader.read(Path(path)))
    return {"train": stored(reader.run, texts)}


def _read_all(names: Sequence[str], reader: Reader) -> Stored[Text]:
    sets = _read(names, reader).values()
    return stored(reader.run, (text for texts in sets for text in texts))


def _read_folder(folder: Path, reader: Reader) -> dict[str, Stored[Text]]:
    paths = paths_in(folder)
    folders = [path for path in paths if path.is_dir()]
    tables = [path for path in paths if path.suffix.lower() in (*TABLES, *JSON_LINES)]
    sets = named_sets(folders or tables, folder)
    if folders:
        sets = sets or {"train": folder}
        return {which: _read_classes(path, reader) for which, path in sets.items()}
    if not sets:
        raise BadData(
            f"{folder}: expected a folder for each class, or train, valid and test files or "
            "folders; files of one class are named one by one"
        )
    return {which: stored(reader.run, reader.read(path)) for which, path in sets.items()}


def _read_classes(folder: Path, reader: Reader) -> Stored[Text]:
    """A folder for each class, a text each file."""
    texts = stored(
        reader.run,
        (
            reader.read_whole(path, label.name)
            for label in paths_in(folder)
            if label.is_dir() and label.name != _UNLABELLED
            for path in paths_in(label)
            if path.suffix.lower() == ".txt" and path.is_file()
        ),
    )
    if not texts:
        raise BadData(f"{folder}: no *.txt files in folders of classes")
    return texts


def _read_tfds(name: str, run: Path) -> dict[str, Stored[Text]]:
    features, splits = tfds.load(name)
    text = next((key for key in _TFDS_TEXTS if key in features), None)
    label = next((key for key in features if hasattr(features[key], "int2str")), None)
    if text is None or label is None:
        raise BadData(
            f"{tfds.PREFIX}{name}: expected one of {', '.join(_TFDS_TEXTS)}, and classes; found "
            f"{', '.join(features)}"
        )
    names = features[label].int2str
    return {
        which: stored(
            run,
            (
                Text(example[text].decode().strip(), names(int(example[label])))
                for example in examples
                if example[label] >= 0
            ),
        )
        for which, examples in named_splits(splits).items()
    }
