"""From text to the tokens of three sets."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from gated.errors import BadData, BadUsage
from gated.reading import tfds
from gated.reading.files import in_memory, open_bytes
from gated.reading.pieces import read_pieces
from gated.training.corpus import Sets, fold_of, named_splits, share_of

from ..config import Config
from .encoder import Encoded, Encoder, Folds, Source
from .numbering import END
from .text import Text

_BACK = 2**16  # tokens among which an end is looked for at once


@dataclass(frozen=True)
class Corpus(Sets[Text]):
    """The tokens of each set, one after the other, `<EOS>` at the end of each line."""

    #: Where the items to train on are that are longer than `LONGEST_ITEM`.
    long: tuple[str, ...] = ()


def load(config: Config) -> Corpus:
    """The corpus of the options. Raises BadData and BadUsage."""
    sets = _sources(config.corpus)
    given = {"test": config.test, "valid": config.valid}
    if not config.valid and "valid" not in sets:
        given["valid"] = ("0.1",)
    folds, shares, others = {}, {}, {}
    for which, names in given.items():
        if fold := fold_of(names, f"--{which}"):
            folds[which] = fold
        elif (share := share_of(names, f"--{which}")) is not None:
            shares[which] = share
        else:
            others[which] = _test_set(names) if names else sets.get(which, [])
    encoder = Encoder(config)
    source = " ".join(config.corpus) or "the corpus"
    encoded = _encode(encoder, source, sets.get("train", []), folds)
    texts = encoded.texts
    # Shares are of the whole corpus, the test text last.
    whole = len(texts["train"])
    for which, share in shares.items():
        train = texts["train"]
        first = max(0, len(train) - round(share * whole))
        if config.items and first < whole:
            first = _end_before(train, first)  # not in the midst of an item
        texts[which], texts["train"] = train[first:], train[:first]
    for which, found in others.items():
        name = " ".join(given[which]) or source
        texts[which] = _encode(encoder, name, found).texts["train"]
    for which, use in (("train", "train on"), ("valid", "validate on"), ("test", "test on")):
        if _is_blank(texts[which]) and (which != "test" or config.test):
            raise BadData(f"{source}: too short, no text left to {use}")
    # Of a share the first ones are to train on.
    items = sum(int((piece == END).sum()) for piece in texts["train"].pieces())
    long = [place for number, place in encoded.long if config.items and number < items]
    return Corpus(**texts, long=tuple(long))


def read(names: Sequence[str], config: Config) -> Text:
    """The text of files, of folders of *.txt files, or of the test set of tfds:NAME."""
    return _encode(Encoder(config), " ".join(names), _test_set(names)).texts["train"]


def _encode(
    encoder: Encoder, name: str, sources: Sequence[Source], folds: Folds | None = None
) -> Encoded:
    encoded = encoder.encode(sources, folds)
    if sources and encoded.blank:
        raise BadData(f"{name}: empty, expected text")
    return encoded


def _test_set(names: Sequence[str]) -> list[Source]:
    if not (sources := _sources(names, files="test").get("test")):
        raise BadData(f"{' '.join(names)}: no test set")
    return sources


def _sources(names: Sequence[str], files: str = "train") -> dict[str, list[Source]]:
    """The sets of a corpus; what is given as files or folders is one set."""
    if not names:
        from pydoc_data.topics import topics

        texts = [topics[name] for name in sorted(topics)]
        return {files: [Source("the corpus", lambda advance: _pieces(texts))]}
    sets: dict[str, list[Source]] = {}
    for name in names:
        if name.startswith(tfds.PREFIX):
            for which, source in _of_tfds(name).items():
                sets.setdefault(which, []).append(source)
        else:
            sets.setdefault(files, []).extend(map(_of_file, _paths(Path(name))))
    return sets


def _of_file(path: Path) -> Source:
    # That it is not there shall be said before others are read.
    if not path.is_fifo():
        open_bytes(path).close()
    return Source(str(path), partial(read_pieces, path), path.stat().st_size)


def _paths(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    files = sorted(one for one in path.rglob("*") if one.suffix.lower() == ".txt" and one.is_file())
    if not files:
        raise BadData(f"{path}: no *.txt files in this folder")
    return files


def _of_tfds(name: str) -> dict[str, Source]:
    features, splits = tfds.load(name.removeprefix(tfds.PREFIX))
    if "text" not in features:
        raise BadUsage(f"{name}: has no feature `text`, but {', '.join(features)}")

    def source(examples):
        return Source(name, lambda advance: _pieces(one["text"].decode() for one in examples))

    return {which: source(examples) for which, examples in named_splits(splits).items()}


def _pieces(texts: Iterable[str]) -> Iterator[str]:
    for some in in_memory(texts):
        yield "".join(f"{text}\n" for text in some)


def _end_before(text: Text, stop: int) -> int:
    """The place after the last `<EOS>` before a place, or the beginning."""
    while stop > 0:
        start = max(0, stop - _BACK)
        if len(ends := np.flatnonzero(text.numbers(start, stop) == END)):
            return start + int(ends[-1]) + 1
        stop = start
    return 0


def _is_blank(text: Text) -> bool:
    return not any((piece != END).any() for piece in text.pieces())
