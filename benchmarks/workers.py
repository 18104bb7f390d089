"""How fast workers predict beside one process, and the memory that they take.

    python -m benchmarks.workers
    python -m benchmarks.workers --texts 50000 --workers 2 4 8

Trains a classifier on the embedded corpus, and predicts the classes of texts made of its words with
the command that a user calls: without workers, and with each number of them. Texts a second are
those beyond the first tenth, which a run of its own predicts, so that the start of Ray, TensorFlow
and the models is not among them; it stands beside. Memory is the sum over all processes of what
each has for itself, at its greatest, looked at twice a second.
"""

import os
import random
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psutil
from rich.console import Console
from rich.table import Table

from apps.sentiment.reading import sets
from gated.commands.command import run_command

_LENGTHS = (3, 8, 15, 25, 60)  # words


@dataclass(frozen=True)
class Config:
    """What to measure."""

    #: How many texts.
    texts: int = 50_000
    #: How many workers.
    workers: tuple[int, ...] = (1, 2)


def workers(config: Config) -> None:
    """Prints texts a second, seconds and megabytes.

    Args:
        config: what to measure.
    """
    title = f"{config.texts:,} texts, {os.cpu_count()} cores"
    table = Table("", "texts a second", "start, s", "MB", title=title)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _measured("train", "--epochs", "1", "--run", folder / "run")
        counts = (config.texts // 10, config.texts)
        for count in counts:
            _write(folder / f"{count}.txt", count)
        for number in (0, *config.workers):
            found = [_predict(folder, count, number) for count in counts]
            rate = (counts[1] - counts[0]) / (found[1][0] - found[0][0])
            start = found[0][0] - counts[0] / rate
            who = f"{number} worker{'s' * (number > 1)}" if number else "without"
            table.add_row(who, f"{rate:,.0f}", f"{start:.0f}", f"{found[1][1]:,.0f}")
    Console().print(table)


def _write(path: Path, count: int) -> None:
    rng = random.Random(0)
    lines = (sets.EMBEDDED / "train.tsv").read_text(encoding="utf-8").splitlines()
    words = " ".join(line.split("\t")[-1] for line in lines).split()
    with open(path, "w", encoding="utf-8") as file:
        for _ in range(count):
            file.write(" ".join(rng.choices(words, k=rng.choice(_LENGTHS))) + "\n")


def _predict(folder: Path, count: int, workers: int) -> tuple[float, float]:
    out = folder / f"{count}-{workers}"
    options = ["--workers", str(workers)] if workers else ["--format", "json"]
    given = ["--run", folder / "run", "--file", folder / f"{count}.txt", "--out", out, *options]
    return _measured("predict", *given)


def _measured(command: str, *options: object) -> tuple[float, float]:
    """The seconds that a command takes, and the megabytes."""
    arguments = [sys.executable, "-m", f"apps.sentiment.{command}", *map(str, options)]
    # Ray would let whatever else runs here go before its workers.
    environment = {**os.environ, "RAY_worker_niceness": "0"}
    start, most = time.perf_counter(), 0
    with subprocess.Popen(arguments, stdout=subprocess.DEVNULL, env=environment) as process:
        while process.poll() is None:
            most = max(most, _memory(process.pid))
            time.sleep(0.5)
    if process.returncode:
        sys.exit(process.returncode)
    return time.perf_counter() - start, most / 1e6


def _memory(pid: int) -> int:
    try:
        process = psutil.Process(pid)
        every = [process, *process.children(recursive=True)]
        return sum(one.memory_full_info().uss for one in every)
    except psutil.Error:  # one has ended meanwhile
        return 0


if __name__ == "__main__":
    run_command(workers)
