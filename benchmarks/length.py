"""Time and memory of a training step against the length of the sequences, beside PyTorch's.

    python -m benchmarks.length

Memory is what the process grows by from its first small step to the peak of its steps at that
length; each length and peer has a process of its own. Needs the `benchmarks` extra.
"""

import json
import resource
import subprocess
import sys
import time
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from gated.commands.command import run_command

BATCH, FEATURES, UNITS = 8, 128, 256
PEERS = ("ours", "ours, checkpoint", "PyTorch")


@dataclass(frozen=True)
class Config:
    """What to time."""

    #: The lengths.
    lengths: tuple[int, ...] = (64, 256, 1024, 4096)


def length(config: Config) -> None:
    """Prints the time and the memory of a step.

    Args:
        config: what to time.
    """
    table = Table("length", title=f"LSTM, batch {BATCH}, input {FEATURES}, units {UNITS}")
    for peer in PEERS:
        table.add_column(f"{peer}, ms", justify="right")
        table.add_column("MB", justify="right")
    for steps in config.lengths:
        row = []
        for peer in PEERS:
            found = subprocess.run(
                [sys.executable, "-m", "benchmarks.length", "--in-process", peer, str(steps)],
                check=True,
                capture_output=True,
                text=True,
            )
            result = json.loads(found.stdout.splitlines()[-1])
            row += [f"{result['milliseconds']:.0f}", f"{result['megabytes']:.0f}"]
        table.add_row(str(steps), *row)
    Console(width=120).print(table)


def _in_process(peer: str, steps: str) -> None:
    import torch

    from benchmarks.steps import tensorflow_step, torch_step
    from benchmarks.timing import random
    from gated.layers import LSTM

    def step(x):
        if peer == "PyTorch":
            return torch_step(torch.nn.LSTM(FEATURES, UNITS, batch_first=True), x)
        layer = LSTM(UNITS, return_sequences=True, checkpoint=peer == "ours, checkpoint")
        return tensorflow_step(layer, x)

    step(random(BATCH, 16, FEATURES))()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    long = step(random(BATCH, int(steps), FEATURES))
    seconds = []
    for _ in range(5):
        start = time.perf_counter()
        long()
        seconds.append(time.perf_counter() - start)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({"milliseconds": min(seconds) * 1e3, "megabytes": (peak - before) / 1024}))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--in-process"]:
        _in_process(*sys.argv[2:])
    else:
        run_command(length)
