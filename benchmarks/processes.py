"""Times an epoch of a training in one process and in two, which share its batches.

    python -m benchmarks.processes
    python -m benchmarks.processes --app ner

The processes are on this machine and have a core each; beside them one process that has both cores.
By `python -m apps.APP.train`, on JAX, on the application's own corpus. An epoch is that with its
validation, which every process does whole.
"""

import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from rich.console import Console
from rich.table import Table

from gated.commands.command import run_command
from gated.commands.options import at_least

_SIZES = {"lm": ["--units", "512"], "ner": ["--units", "256"]}
_EPOCH = re.compile(r"(\d+)/\1 - ")


@dataclass(frozen=True)
class Config:
    """What to time.

    Attributes:
        app: whose training.
        epochs: to train; the first one, in which JAX compiles, does not count.
    """

    app: Literal["lm", "ner"] = "lm"
    epochs: Annotated[int, at_least(2)] = 4


def processes(config: Config) -> None:
    """Trains in each of three ways."""
    cores = sorted(os.sched_getaffinity(0))[:2]
    if len(cores) < 2:
        sys.exit("expected two cores")
    table = Table("", title=f"{config.app}: seconds an epoch, of those after the first")
    for column in ("median", "least"):
        table.add_column(column, justify="right")
    ways = {
        "one process, one core": [cores[:1]],
        "one process, two cores": [cores],
        "two processes, a core each": [cores[:1], cores[1:]],
    }
    for name, way in ways.items():
        seconds = _train(config, way)
        table.add_row(name, f"{statistics.median(seconds):.1f}", f"{min(seconds):.1f}")
    Console().print(table)


def _train(config: Config, way: list[list[int]]) -> list[float]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        where = f"127.0.0.1:{free.getsockname()[1]}"
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", f"apps.{config.app}.train", *_SIZES[config.app]]
        command += ["--run", str(Path(folder) / "run"), "--epochs", str(config.epochs)]
        command += ["--patience", str(config.epochs)]
        command += ["--processes", str(len(way)), "--coordinator", where]
        first, *others = [
            subprocess.Popen(
                [*command, "--process", str(i)],
                env={**os.environ, "KERAS_BACKEND": "jax", "PYTHONUNBUFFERED": "1"},
                preexec_fn=partial(os.sched_setaffinity, 0, cores),
                stdout=subprocess.PIPE,
                encoding="utf-8",
            )
            for i, cores in enumerate(way)
        ]
        ends = [time.perf_counter() for line in first.stdout if _EPOCH.match(line)]
        if any(one.wait() for one in (first, *others)):
            sys.exit("a training failed")
    return np.diff(ends).tolist()


if __name__ == "__main__":
    run_command(processes)
