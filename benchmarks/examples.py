"""The memory that the commands of the other applications take, by the size of the corpus.

    python -m benchmarks.examples
    python -m benchmarks.examples --application music --sizes 1000 10000 100000

Writes a corpus of made-up words or tunes for each size, and trains and evaluates on it, each in a
process of its own. Memory is the most that a process held, what it had mapped included. An epoch
has 20 steps all over the corpus; what is evaluated is the corpus, or of it `--evaluated`
examples at most. A text has 100 to 300 words, a sentence 20, a tune 200 frames.

Word r comes 0.1 / r often up to the 5,200th, and from there on falls with r^-2.04: so n words have
44 n^0.49 different ones, as news has (Manning, Raghavan and Schütze 2008, section 5.1.1).
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Literal

import numpy as np
from rich.console import Console
from rich.table import Table

from gated.commands.command import run_command

from .corpus import made_up

_STEPS = 20
_ENDINGS = {"sentiment": "jsonl", "ner": "conll", "music": "abc"}
_COMMANDS = ("train", "evaluate")
_KINDS, _FREQUENT, _FALLING = 1_000_000, 5200, 2.04  # of words


@dataclass(frozen=True)
class Config:
    """What to measure."""

    #: Of which application.
    application: Literal["sentiment", "ner", "music"] = "sentiment"
    #: How many examples.
    sizes: tuple[int, ...] = (10_000, 100_000, 1_000_000)
    #: How many to evaluate on, at most.
    evaluated: int = 100_000
    #: Where to write the corpora and the runs.
    folder: Path | None = None


def examples(config: Config) -> None:
    """Prints megabytes and seconds.

    Args:
        config: what to measure.
    """
    table = Table("examples", "different words", title=config.application)
    table.columns[1].justify = "right"
    for name in _COMMANDS:
        table.add_column(f"{name}, MB", justify="right")
        table.add_column("seconds", justify="right")
    for size in config.sizes:
        with tempfile.TemporaryDirectory(dir=config.folder) as folder:
            corpus, part = (
                Path(folder) / f"{name}.{_ENDINGS[config.application]}" for name in _COMMANDS
            )
            different = _write(config.application, corpus, size)
            _write(config.application, part, min(size, config.evaluated))
            row = [f"{different:,}"]
            for name, path in zip(_COMMANDS, (corpus, part), strict=True):
                found = _measured(config.application, name, path)
                row += [f"{found['megabytes']:,.0f}", f"{found['seconds']:,.0f}"]
        table.add_row(f"{size:,}", *row)
    Console(width=100).print(table)


def _write(application: str, path: Path, count: int) -> int:
    """Writes examples, and gives how many different words they have."""
    words = _Words()
    with path.open("w", encoding="utf-8") as file:
        file.writelines(islice(_made(application, words), count))
    return len(set(words.all[words.drawn]))


class _Words:
    """Made-up words as often as real ones."""

    def __init__(self):
        self.rng = np.random.default_rng(0)
        self.all = made_up(self.rng, _KINDS)
        self.drawn = np.zeros(_KINDS, bool)
        ranks = np.arange(1.0, _KINDS + 1)
        p = 1 / ranks * np.maximum(ranks / _FREQUENT, 1) ** (1 - _FALLING)
        self._up_to = np.cumsum(p / p.sum())

    def draw(self, count: int) -> np.ndarray:
        places = np.searchsorted(self._up_to, self.rng.random(count))
        self.drawn[places] = True
        return self.all[places]


def _made(application: str, words: _Words) -> Iterator[str]:
    """Examples without end, as lines of a file."""
    rng = words.rng
    for number in range(sys.maxsize):
        if application == "music":
            notes = rng.choice(list("CDEFGABcdefgab"), (12, 8))
            bars = "|".join("".join(bar) for bar in notes)
            yield f"X:{number}\nM:4/4\nL:1/8\nK:C\n{bars}|CCCC|\n\n"
        elif application == "sentiment":
            text = " ".join(words.draw(int(rng.integers(100, 300))))
            yield json.dumps({"text": text, "label": "ab"[rng.integers(2)]}) + "\n"
        else:
            # A tag of each word, so that there is something to learn.
            tagged = ((word, "B-A" if len(word) == 9 else "O") for word in words.draw(20))
            yield "".join(f"{word} {tag}\n" for word, tag in tagged) + "\n"


def _measured(application: str, name: str, path: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.examples", "--in-process"]
    found = subprocess.run(
        [*command, application, name, str(path)], check=True, stdout=subprocess.PIPE, text=True
    )
    return json.loads(found.stdout.splitlines()[-1])


def _in_process(application: str, name: str, path: str) -> None:
    from importlib import import_module

    from gated.training import fitting

    class Few(fitting.Remaining):
        def __len__(self):
            return min(_STEPS, super().__len__())

        def __getitem__(self, i):
            return super().__getitem__(i * (super().__len__() // len(self)))

    fitting.Remaining = Few  # type: ignore[misc]
    start = time.perf_counter()
    options = ["--run", str(Path(path).parent / "run"), "--corpus", path]
    if name == "train":
        options += ["--valid", "0.001", "--epochs", "1", "--units", "16"]
    sys.argv = [name, *options]
    run_command(getattr(import_module(f"apps.{application}.{name}"), name))
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "megabytes": peak}))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--in-process"]:
        _in_process(*sys.argv[2:])
    else:
        run_command(examples)
