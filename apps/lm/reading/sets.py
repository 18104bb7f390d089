"""From text to the tokens of three sets."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gated.errors import BadData, BadUsage
from gated.runs import corpus
from gated.runs.corpus import fold_of, named_splits, share_of
from gated.text import tfds
from gated.text.codec import EOS, Splitter
from gated.text.files import read_lines

from ..config import Config

LONGEST_ITEM = 4096  # tokens that are trained on at once

# The lines of each file, with its name.
Sources = list[tuple[str, list[str]]]


@dataclass(frozen=True)
class Corpus(corpus.Corpus[str]):
    """The tokens of each set, one after the other, `<EOS>` at the end of each line."""

    #: Where the items to train on are that are longer than `LONGEST_ITEM`.
    long: tuple[str, ...] = ()


def load(config: Config) -> Corpus:
    """The corpus of the options. Raises BadData and BadUsage."""
    splitter = splitter_of(config)
    sets = _read(config.corpus, splitter)
    lines = _lines(sets.get("train", []))
    given = {"test": config.test, "valid": config.valid}
    if not config.valid and "valid" not in sets:
        given["valid"] = ("0.1",)
    folds = {which: fold_of(names, f"--{which}") for which, names in given.items()}
    parts: dict[str, list[str]] = {"train": [], "valid": [], "test": []}
    trained = []
    for i, line in enumerate(lines):
        here = [which for which, fold in folds.items() if fold and i % fold[1] == fold[0]]
        parts[here[0] if here else "train"].append(line)
        if not here:
            trained.append(i)
    tokens = {which: splitter.stream(part) for which, part in parts.items()}
    # Shares are of the whole corpus, the test text last.
    whole = len(tokens["train"])
    for which, names in given.items():
        if folds[which]:
            continue
        if (share := share_of(names, f"--{which}")) is not None:
            first = max(0, len(tokens["train"]) - round(share * whole))
            if config.items:
                # Not in the midst of an item.
                while 0 < first < whole and tokens["train"][first - 1] != EOS:
                    first -= 1
            tokens[which], tokens["train"] = tokens["train"][first:], tokens["train"][:first]
        else:
            found = read(names, splitter) if names else _lines(sets.get(which, []))
            tokens[which] = splitter.stream(found)
    source = " ".join(config.corpus) or "the corpus"
    for which, use in (("train", "train on"), ("valid", "validate on"), ("test", "test on")):
        if all(token == EOS for token in tokens[which]) and (which != "test" or config.test):
            raise BadData(f"{source}: too short, no text left to {use}")
    long = []
    if config.items:
        # Of a share the first ones are to train on.
        for i in trained[: tokens["train"].count(EOS)]:
            # Splitting takes long, and gives no more tokens than there are characters.
            if len(lines[i]) < LONGEST_ITEM:
                continue
            if len(splitter.split(lines[i])) >= LONGEST_ITEM:  # and its end
                long.append(_place(sets["train"], i))
    return Corpus(**tokens, long=tuple(long))


def splitter_of(config: Config) -> Splitter:
    return Splitter(config.level, config.lower, config.tokenized)


def read(names: Sequence[str], splitter: Splitter) -> list[str]:
    """The lines of files, of folders of *.txt files, or of the test set of tfds:NAME.

    A word `<EOS>` in them, which the splitter takes for a line's end, is counted and reported.
    """
    if not (sources := _read(names, splitter, files="test").get("test")):
        raise BadData(f"{' '.join(names)}: no test set")
    return _lines(sources)


def _read(names: Sequence[str], splitter: Splitter, files: str = "train") -> dict[str, Sources]:
    """The sets of a corpus; what is given as files or folders is one set."""
    sets: dict[str, Sources] = {}
    if not names:
        from pydoc_data.topics import topics

        lines = [line for name in sorted(topics) for line in topics[name].split("\n")]
        return {files: [("the corpus", lines)]}
    for name in names:
        if name.startswith(tfds.PREFIX):
            for which, lines in _read_tfds(name.removeprefix(tfds.PREFIX)).items():
                sets.setdefault(which, []).append((name, lines))
        else:
            found = [(str(path), read_lines(path)) for path in _paths(Path(name))]
            sets.setdefault(files, []).extend(found)
    for sources in sets.values():
        for source in sources:
            _report_ends(*source, splitter)
    if not any(map(any, map(_lines, sets.values()))):
        raise BadData(f"{' '.join(names)}: empty, expected text")
    return sets


def _paths(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    files = sorted(one for one in path.rglob("*") if one.suffix.lower() == ".txt" and one.is_file())
    if not files:
        raise BadData(f"{path}: no *.txt files in this folder")
    return files


def _read_tfds(name: str) -> dict[str, list[str]]:
    features, splits = tfds.load(name)
    if "text" not in features:
        raise BadUsage(f"tfds:{name}: has no feature `text`, but {', '.join(features)}")
    return {
        which: [line for one in examples for line in one["text"].decode().split("\n")]
        for which, examples in named_splits(splits).items()
    }


def _lines(sources: Sources) -> list[str]:
    return [line for _, lines in sources for line in lines]


def _place(sources: Sources, line: int) -> str:
    for name, lines in sources:
        if line < len(lines):
            return f"{name}:{line + 1}"
        line -= len(lines)
    raise IndexError


def _report_ends(name: str, lines: Sequence[str], splitter: Splitter) -> None:
    counts = {
        number: splitter.split(line).count(EOS)
        for number, line in enumerate(lines, 1)
        if EOS in line
    }
    if total := sum(counts.values()):
        first = next(number for number, count in counts.items() if count)
        print(f"{name}:{first}: the first of {total} words {EOS}, each of which ends a line")
