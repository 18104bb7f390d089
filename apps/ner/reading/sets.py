"""From corpora to sentences in three sets."""

import json
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path

from gated.errors import BadData
from gated.reading import tfds
from gated.reading.files import paths_in
from gated.reading.stored import Stored
from gated.training import corpus
from gated.training.corpus import named_sets, named_splits, split

from ..config import Config
from .conll import Reader, Sentence, Tagged

EMBEDDED = Path(__file__).parents[1] / "corpus"

_TFDS_TAGS = ("ner", "ner_tags", "tags")

Corpus = corpus.Corpus[Sentence]


def load(config: Config) -> Corpus:
    """The corpus of the options. Raises BadData and BadUsage."""
    reader = _reader(config)
    name = " ".join(config.corpus) or "the embedded corpus"
    sets = _read(config.corpus, reader) if config.corpus else _embedded(config.run)
    if not sets.get("train"):
        raise BadData(f"{name}: no sentences to train on; a file has `train` in its name")
    return split(sets, config, lambda names, _: _read_files(names, reader), name, "sentences")


def read_sentences(names: Sequence[str], config: Config) -> Sequence[Sentence]:
    """The sentences to evaluate on: files, or the test set of a folder or of tfds:NAME."""
    if not (sentences := _read(names, _reader(config), files="test").get("test")):
        raise BadData(f"{' '.join(names)}: no test sentences")
    return sentences


def _reader(config: Config) -> Reader:
    return Reader(config.token_column, config.tag_column, config.strict, config.run)


def _embedded(run: Path) -> dict[str, Stored[Sentence]]:
    return _read([str(EMBEDDED)], Reader(run=run))


def _stored(run: Path, sentences: Iterable[Sentence]) -> Stored[Sentence]:
    return Stored(run, sentences, _encode, _decode)


def _encode(sentence: Sentence) -> bytes:
    return json.dumps((sentence.tokens, sentence.tags)).encode()


def _decode(content: bytes) -> Sentence:
    tokens, tags = json.loads(content)
    return Sentence(tuple(tokens), tuple(tags))


def _read(
    names: Sequence[str], reader: Reader, files: str = "train"
) -> dict[str, Stored[Sentence]]:
    """The sets of a corpus; what is given as files, not as a folder or a name, is one set."""
    if len(names) == 1 and names[0].startswith(tfds.PREFIX):
        return _read_tfds(names[0].removeprefix(tfds.PREFIX), reader)
    if len(names) == 1 and (folder := Path(names[0])).is_dir():
        paths = (path for path in paths_in(folder) if path.is_file())
        sets = named_sets(paths, folder)
        return {which: _read_files([str(path)], reader) for which, path in sets.items()}
    return {files: _read_files(names, reader)}


def _read_files(names: Sequence[str], reader: Reader) -> Stored[Sentence]:
    return _stored(reader.run, (sentence for path in names for sentence in reader.read(path)))


def _read_tfds(name: str, reader: Reader) -> dict[str, Stored[Sentence]]:
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
        tagged = Stored[Tagged](
            reader.run,
            (
                (
                    [token.decode() for token in example["tokens"]],
                    [tag_name(tag) for tag in example[key]],
                )
                for example in examples
                if len(example["tokens"])
            ),
        )
        place = partial(_place, f"{tfds.PREFIX}{name}, {which}")
        sets[which] = _stored(reader.run, reader.sentences(tagged, place))
    return sets


def _place(where: str, sentence: int, token: int) -> str:
    return f"{where}, sentence {sentence + 1}, token {token + 1}"
