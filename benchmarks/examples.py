"""The memory that the commands of the other applications take, by the size of the corpus.

    python -m benchmarks.examples
    python -m benchmarks.examples --application music --sizes 1000 10000 100000

Writes a corpus of made-up words or tunes for each size, and trains and evaluates on it, each in a
process of its own. Memory is the most that a process held, what it had mapped included. An epoch
has 20 steps all over the corpus; what is evaluated is the corpus, or of it `--evaluated`
examples at most. A text has about 1,300 characters, a sentence 20 tokens, a tune 200 frames.
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

from .corpus import write

_STEPS = 20
_ENDINGS = {"sentiment": "jsonl", "ner": "conll", "music": "abc"}
_COMMANDS = ("train", "evaluate")


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
    table = Table("examples", title=config.application)
    for name in _COMMANDS:
        table.add_column(f"{name}, MB", justify="right")
        table.add_column("seconds", justify="right")
    for size in config.sizes:
        with tempfile.TemporaryDirectory(dir=config.folder) as folder:
            corpus, part = (
                Path(folder) / f"{name}.{_ENDINGS[config.application]}" for name in _COMMANDS
            )
            for path, count in ((corpus, size), (part, min(size, config.evaluated))):
                with path.open("w", encoding="utf-8") as file:
                    file.writelines(islice(_made(config.application, folder), count))
            row = []
            for name, path in zip(_COMMANDS, (corpus, part), strict=True):
                found = _measured(config.application, name, path)
                row += [f"{found['megabytes']:,.0f}", f"{found['seconds']:,.0f}"]
        table.add_row(f"{size:,}", *row)
    Console(width=100).print(table)


def _made(application: str, folder: str) -> Iterator[str]:
    """Examples without end, as lines of a file."""
    rng = np.random.default_rng(0)
    if application == "music":
        for number in range(sys.maxsize):
            notes = rng.choice(list("CDEFGABcdefgab"), (12, 8))
            bars = "|".join("".join(bar) for bar in notes)
            yield f"X:{number}\nM:4/4\nL:1/8\nK:C\n{bars}|CCCC|\n\n"
    text = Path(folder) / "words"
    write(text, 20)
    words = np.array(text.read_text().split(), object)
    while True:
        if application == "sentiment":
            start = rng.integers(len(words) - 300)
            chosen = " ".join(words[start : start + int(rng.integers(100, 300))])
            yield json.dumps({"text": chosen, "label": "ab"[rng.integers(2)]}) + "\n"
        else:
            chosen = words[rng.integers(0, len(words), 20)]
            # A tag of each word, so that there is something to learn.
            tags = ("B-A" if len(word) == 9 else "O" for word in chosen)
            yield "".join(f"{w} {t}\n" for w, t in zip(chosen, tags, strict=True)) + "\n"


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
