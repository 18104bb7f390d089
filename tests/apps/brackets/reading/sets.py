"""From files, or from nothing, to texts of brackets in three sets."""

from collections.abc import Sequence
from itertools import product
from typing import NamedTuple

from gated.errors import BadData
from gated.reading.pieces import read_lines
from gated.training import corpus
from gated.training.corpus import split

from ..config import Config


class Text(NamedTuple):
    """A text of brackets, and whether they balance."""

    text: str
    balanced: bool


Corpus = corpus.Corpus[Text]


def load(config: Config) -> Corpus:
    """The corpus of the options. Raises BadData and BadUsage."""
    texts = read(config.corpus) if config.corpus else _short()
    name = " ".join(config.corpus) or "the short texts"
    return split(
        {"train": texts},
        config,
        lambda paths, _: read(paths),
        name,
        "texts",
        group=lambda text: text.balanced,
    )


def read(paths: Sequence[str]) -> list[Text]:
    """The texts of files."""
    texts = []
    for path in paths:
        for number, line in enumerate(read_lines(path), 1):
            text, _, label = line.partition("\t")
            if set(text) - {"(", ")"} or label not in ("yes", "no"):
                raise BadData(
                    f"{path}:{number}: {line[:40]!r}, expected brackets, a tab, yes or no"
                )
            texts.append(Text(text, label == "yes"))
    return texts


def _short() -> list[Text]:
    texts = ["".join(one) for n in range(1, 11) for one in product("()", repeat=n)]
    others = [text for text in texts if not _balances(text)]
    return [Text(text, True) for text in texts if _balances(text)] + [
        Text(text, False) for text in others[::15]
    ]


def _balances(text: str) -> bool:
    depth = 0
    for bracket in text:
        depth += 1 if bracket == "(" else -1
        if depth < 0:
            return False
    return depth == 0
