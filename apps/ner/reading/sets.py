"""From corpora to sentences in three sets."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from gated.errors import BadData
from gated.runs import corpus
from gated.runs.corpus import named_sets, named_splits, split
from gated.text import tfds
from gated.text.files import paths_in

from ..config import Config
from .conll import Reader, Sentence

EMBEDDED = Path(__file__).parents[1] / "corpus"

_TFDS_TAGS = ("ner", "ner_tags", "tags")

Corpus = corpus.Corpus[Sentence]


def load(config: Config) -> Corpus:
    """The corpus of the options. Raises BadData and BadUsage."""
    reader = _reader(config)
    name = " ".join(config.corpus) or "the embedded corpus"
    sets = _read(config.corpus, reader) if config.corpus else _read([str(EMBEDDED)], Reader())
    if not sets.get("train"):
        raise BadData(f"{name}: no sentences to train on; a file has `train` in its name")
    return split(sets, config, lambda names, _: _read_files(names, reader), name, "sentences")


def read_sentences(names: Sequence[str], config: Config) -> Sequence[Sentence]:
    """The sentences to evaluate on: files, or the test set of a folder or of tfds:NAME."""
    if not (sentences := _read(names, _reader(config), files="test").get("test")):
        raise BadData(f"{' '.join(names)}: no test sentences")
    return sentences


def _reader(config: Config) -> Reader:
    return Reader(config.token_column, config.tag_column, config.strict)


def _read(names: Sequence[str], reader: Reader, files: str = "train") -> dict[str, list[Sentence]]:
    """The sets of a corpus; what is given as files, not as a folder or a name, is one set."""
    if len(names) == 1 and names[0].startswith(tfds.PREFIX):
        return _read_tfds(names[0].removeprefix(tfds.PREFIX), reader)
    if len(names) == 1 and (folder := Path(names[0])).is_dir():
        paths = (path for path in paths_in(folder) if path.is_file())
        return {which: reader.read(path) for which, path in named_sets(paths, folder).items()}
    return {files: _read_files(names, reader)}


def _read_files(names: Sequence[str], reader: Reader) -> list[Sentence]:
    return [sentence for path in names for sentence in reader.read(path)]


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
    for which, examples in named_splits(splits).items():
        pairs = [
            (
                tuple(token.decode() for token in example["tokens"]),
                tuple(tag_name(tag) for tag in example[key]),
            )
            for example in examples
            if len(example["tokens"])
        ]
        sets[which] = reader.sentences(pairs, partial(_place, f"{tfds.PREFIX}{name}, {which}"))
    return sets


def _place(where: str, sentence: int, token: int) -> str:
    return f"{where}, sentence {sentence + 1}, token {token + 1}"
