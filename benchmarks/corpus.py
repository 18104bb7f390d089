"""How fast a corpus of a language model is encoded, and the memory that its commands take.

    python -m benchmarks.corpus
    python -m benchmarks.corpus --megabytes 2000 --level char

Writes a text of made-up words, a few of which are frequent and most rare, and encodes it, trains
and evaluates on it, and scores the lines of a hundredth of it, each in a process of its own. Memory
is the most that a process held, what it had mapped included; beside it stands that of the same with
a megabyte of text. An epoch has 20 steps all over the text, and of what is evaluated the model
reads the first windows only.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Literal

import numpy as np
from rich.console import Console
from rich.table import Table

from gated.commands.command import run_command

_KINDS = 300_000  # of words
_STEPS = 20
_COMMANDS = ("encode", "train", "evaluate", "score")


@dataclass(frozen=True)
class Config:
    """What to measure."""

    #: The size of the text.
    megabytes: int = 300
    #: What a token is.
    level: Literal["char", "word"] = "word"
    #: Where to write the text and the run: of characters five bytes to each of the text.
    folder: Path | None = None


def corpus(config: Config) -> None:
    """Prints tokens a second, and megabytes.

    Args:
        config: what to measure.
    """
    title = f"{config.megabytes} MB of text, --level {config.level}"
    table = Table("", "tokens", "tokens a second", "MB", "MB, of 1 MB of text", title=title)
    with tempfile.TemporaryDirectory(dir=config.folder) as folder:
        found = {}
        for megabytes in (1, config.megabytes):
            text = Path(folder) / f"{megabytes}.txt"
            write(text, megabytes)
            write(Path(f"{text}.some"), megabytes / 100)
            for name in _COMMANDS:
                found[name, megabytes] = _measured(name, text, config.level)
    for name in _COMMANDS:
        small, large = found[name, 1], found[name, config.megabytes]
        tokens = f"{large['tokens']:,}", f"{large['tokens'] / large['seconds']:,.0f}"
        row = tokens if name == "encode" else ("", "")
        table.add_row(name, *row, f"{large['megabytes']:,.0f}", f"{small['megabytes']:,.0f}")
    Console(width=120).print(table)


def _measured(name: str, text: Path, level: str) -> dict[str, float]:
    arguments = ["--in-process", name, str(text), level]
    command = [sys.executable, "-m", "benchmarks.corpus", *arguments]
    found = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(found.stdout.splitlines()[-1])


def write(path: Path, megabytes: float) -> None:
    """Writes words with commas, full stops and line ends between; word n comes n^-1.05 often."""
    random = np.random.default_rng(0)
    words = made_up(random, _KINDS)
    p = (np.arange(_KINDS) + 2.7) ** -1.05
    after = np.cumsum(p / p.sum())
    marks = np.array([" "] * 17 + [", ", ". ", ".\n"], object)
    with open(path, "w", encoding="utf-8") as file:
        while file.tell() < megabytes * 1e6:
            chosen = words[np.searchsorted(after, random.random(2**15))]
            between = marks[random.integers(0, len(marks), 2**15)]
            file.write("".join(np.stack([chosen, between], axis=1).ravel()))


def made_up(random: np.random.Generator, count: int) -> np.ndarray:
    """So many words, shorter ones first; a few are the same."""
    letters = np.array(list("etaoinshrdlucmfwypvbgkjqxz"))
    lengths = 1 + random.poisson(3 + np.log1p(np.arange(count)) / 3)
    return np.array(
        ["".join(letters[random.integers(0, 1 + n + 26 * (n > 2), n) % 26]) for n in lengths],
        object,
    )


def _in_process(name: str, text: str, level: str) -> None:
    run = f"{text}.run"
    start = time.perf_counter()
    tokens = 0
    if name == "encode":
        from apps.lm.config import Config as ModelConfig
        from apps.lm.reading.sets import read

        tokens = len(read([text], ModelConfig(level=level, run=Path(run))))
    else:
        _call(name, text, run, level)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"tokens": tokens, "seconds": seconds, "megabytes": peak}))


def _call(name: str, text: str, run: str, level: str) -> None:
    from apps.lm.evaluate import evaluate
    from apps.lm.model import fitting
    from apps.lm.model.language_model import LanguageModel
    from apps.lm.score import score
    from apps.lm.train import train

    class Few(fitting.Windows):
        def __len__(self):
            return min(_STEPS, super().__len__())

        def __getitem__(self, i):
            return super().__getitem__(i * (super().__len__() // len(self)))

    every = LanguageModel.score_windows
    fitting.Windows = Few
    LanguageModel.score_windows = lambda *given: islice(every(*given), _STEPS)
    options = {
        "train": ["--corpus", text, "--level", level, "--valid", "0.001", "--min-count", "1000"],
        "evaluate": ["--corpus", text],
        "score": ["--file", f"{text}.some", "--format", "json", "--out", f"{text}.jsonl"],
    }
    small = ["--epochs", "1", "--units", "64", "--candidates", "1024"] if name == "train" else []
    sys.argv = [name, *options[name], *small, "--run", run]
    run_command({"train": train, "evaluate": evaluate, "score": score}[name])


if __name__ == "__main__":
    if sys.argv[1:2] == ["--in-process"]:
        _in_process(*sys.argv[2:])
    else:
        run_command(corpus)
