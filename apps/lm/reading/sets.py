"""Reads text into token ids, and cuts it into streams or items."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gated.runs.splits import fold_of, share_of

from gated.errors import BadData, BadUsage
from gated.text import tfds
from gated.text.codec import EOS, Splitter
from gated.text.files import read_lines

from ..config import Config

LONGEST_ITEM = 4096  # tokens that are trained on at once


@dataclass(frozen=True)
class Corpus:
    """The tokens of each split, one after the other, `<EOS>` at the end of each line."""

    train: list[str]
    valid: list[str]
    test: list[str]
    #: Where the items to train on are that are longer than `LONGEST_ITEM`.
    long: tuple[str, ...] = ()


def load(config: Config) -> Corpus:
    """The corpus of the options. Raises BadData and BadUsage."""
    splitter = Splitter(config.level, config.lower, config.tokenized)
    places, lines = _read(config.corpus, splitter)
    valid, test = config.valid or ("0.05",), config.test
    folds = {
        name: fold_of(names, f"--{name}") for name, names in (("valid", valid), ("test", test))
    }
    parts: dict[str, list[str]] = {"train": [], "valid": [], "test": []}
    trained = []
    for i, line in enumerate(lines):
        here = [name for name, fold in folds.items() if fold and i % fold[1] == fold[0]]
        parts[here[0] if here else "train"].append(line)
        if not here:
            trained.append(i)
    tokens = {name: splitter.stream(part) for name, part in parts.items()}
    # Shares are of the whole corpus, the test text last.
    whole = len(tokens["train"])
    for name, names in (("test", test), ("valid", valid)):
        if (share := share_of(names)) is not None:
            first = max(0, len(tokens["train"]) - round(share * whole))
            if config.items:
                # Not in the midst of an item.
                while 0 < first < whole and tokens["train"][first - 1] != EOS:
                    first -= 1
            tokens[name], tokens["train"] = tokens["train"][first:], tokens["train"][:first]
        elif names and not folds[name]:
            tokens[name] = splitter.stream(read(names, splitter))
    source = " ".join(config.corpus) or "the corpus"
    for name, use in (("train", "train on"), ("valid", "validate on"), ("test", "test on")):
        if all(token == EOS for token in tokens[name]) and (name != "test" or test):
            raise BadData(f"{source}: too short, no text left to {use}")
    long = []
    if config.items:
        # Of a share the first ones are to train on.
        for i in trained[: tokens["train"].count(EOS)]:
            # Splitting takes long, and gives no more tokens than there are characters.
            if len(lines[i]) < LONGEST_ITEM:
                continue
            if len(splitter.split(lines[i])) >= LONGEST_ITEM:  # and its end
                long.append(_place(places, i))
    return Corpus(**tokens, long=tuple(long))


def read(names: Sequence[str], splitter: Splitter) -> list[str]:
    """The lines of files, of folders of *.txt files, or of a set of TensorFlow Datasets.

    A word `<EOS>` in them, which the splitter takes for a line's end, is counted and reported.
    """
    return _read(names, splitter)[1]


def _read(names: Sequence[str], splitter: Splitter) -> tuple[list[tuple[int, str]], list[str]]:
    """Likewise, and the number of the first line of each source, and the source's name."""
    if not names:
        from pydoc_data.topics import topics

        lines = [line for name in sorted(topics) for line in topics[name].split("\n")]
        return [(0, "the corpus")], lines
    lines, places = [], []
    for name in names:
        if name.startswith(tfds.PREFIX):
            found = _tfds_lines(name.removeprefix(tfds.PREFIX))
            _report_ends(name, found, splitter)
            places.append((len(lines), name))
            lines += found
            continue
        path = Path(name)
        files = [path]
        if path.is_dir():
            files = sorted(one for one in path.rglob("*") if one.suffix.lower() == ".txt")
        if not files:
            raise BadData(f"{path}: no *.txt files in this folder")
        for file in files:
            found = read_lines(file)
            _report_ends(str(file), found, splitter)
            places.append((len(lines), str(file)))
            lines += found
    if not any(lines):
        raise BadData(f"{' '.join(names)}: empty, expected text")
    return places, lines


def _place(places: list[tuple[int, str]], line: int) -> str:
    first, name = next(place for place in reversed(places) if place[0] <= line)
    return f"{name}:{line - first + 1}"


def _report_ends(name: str, lines: Sequence[str], splitter: Splitter) -> None:
    counts = {
        number: splitter.split(line).count(EOS)
        for number, line in enumerate(lines, 1)
        if EOS in line
    }
    if total := sum(counts.values()):
        first = next(number for number, count in counts.items() if count)
        print(f"{name}:{first}: the first of {total} words {EOS}, each of which ends a line")


def _tfds_lines(name: str) -> list[str]:
    features, splits = tfds.load(name)
    if "text" not in features:
        raise BadUsage(f"tfds:{name}: has no feature `text`, but {', '.join(features)}")
    examples = (example for split in splits.values() for example in split)
    return [line for example in examples for line in example["text"].decode().split("\n")]
