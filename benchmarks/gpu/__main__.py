"""Runs all that is to be known of a GPU, in the order of its worth, on the JAX backend.

    python -m benchmarks.gpu --corpus input.txt
    python -m benchmarks.gpu --toy                 # the same at toy sizes, on any machine

Values and gradients first, then the speed of training steps, of sampling and of training, beside
Keras's layers and PyTorch's cuDNN on the same card. What is found goes into
`benchmarks/results/gpu.json` as it is found, so that being cut off loses only what is under way.
Each part is a process of its own: one that hangs or crashes is ended, and that is noted. Needs JAX,
PyTorch and the wheels that `benchmarks/gpu/wheels.sh` lists, not TensorFlow.
"""

import json
import math
import os
import queue
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from gated.commands.command import run_command
from gated.errors import BadData, BadUsage
from gated.whole import write_whole

# Each with the share of the time that it may take, beside what those before it have left over.
PARTS = {"correct": 0.25, "speed": 0.35, "drawing": 0.15, "training": 0.25}
SILENCE = 120  # seconds without a figure after which a part is taken to hang
GRACE = 20  # seconds that the figure under way may take when the time of a part is up
RESULTS, TOY_RESULTS = "benchmarks/results/gpu.json", "runs/gpu-toy.json"
ENVIRONMENT = {
    "KERAS_BACKEND": "jax",
    # PyTorch runs beside it on the same card.
    "XLA_PYTHON_CLIENT_PREALLOCATE": "false",
    "PYTHONUNBUFFERED": "1",
}


@dataclass(frozen=True)
class Config:
    """What to run."""

    #: Minutes that it may take.
    minutes: float = 9.0
    #: Toy sizes, and any device, so that it can be tried where there is no GPU.
    toy: bool = False
    #: Parts to run. Nothing: all.
    parts: tuple[str, ...] = ()
    #: Tiny Shakespeare, to be trained on for as long as is left, three minutes at most.
    corpus: Path | None = None
    #: Where the figures go. Nothing: benchmarks/results/gpu.json, those at toy sizes
    #: runs/gpu-toy.json.
    results: Path | None = None


def gpu(config: Config) -> None:
    """Runs the parts one after the other.

    Args:
        config: what to run.
    """
    for name in config.parts:
        if name not in PARTS:
            raise BadUsage(f"--parts {name}: expected some of {', '.join(PARTS)}")
    if config.corpus is not None and not config.corpus.is_file():
        raise BadUsage(f"--corpus {config.corpus}: no such file")
    results = config.results or Path(TOY_RESULTS if config.toy else RESULTS)
    started, share = time.monotonic(), 0.0
    found: dict = {"toy": config.toy, "minutes": config.minutes, "parts": {}}
    for name in config.parts or PARTS:
        share += PARTS[name]
        records = found["parts"].setdefault(name, [])
        given = json.dumps({"toy": config.toy, "corpus": str(config.corpus or ""), "found": found})
        until = started + 60 * config.minutes * (share if not config.parts else 1.0)
        for record in read_part(name, given, until):
            records.append(record)
            Console(highlight=False).print(f"{name}: {json.dumps(record)}", markup=False)
            text = json.dumps(found, indent=1) + "\n"
            write_whole(results, lambda path, text=text: path.write_text(text))
            if record.get("refused"):
                raise BadUsage(record["refused"])
    found["seconds"] = round(time.monotonic() - started, 1)
    write_whole(results, lambda path: path.write_text(json.dumps(found, indent=1) + "\n"))
    print(f"{results}: written after {found['seconds']} s")
    ended = [name for name, records in found["parts"].items() if "ended" in records[-1]]
    if ended:
        raise BadData(f"{results}: cut off: {', '.join(ended)}")


def command(name, seconds, given):
    """What runs a part."""
    return [sys.executable, "-m", "benchmarks.gpu.part", name, str(seconds), given]


def read_part(name, given, until):
    """What a part prints, a line of JSON each, and a last one if it had to be ended."""
    environment = {**os.environ, **ENVIRONMENT}
    if name == "correct":
        # Dozens of small programs: trying out the quickest form of each product takes far longer.
        flags = os.environ.get("XLA_FLAGS", "")
        environment["XLA_FLAGS"] = f"{flags} --xla_gpu_autotune_level=0"
    process = subprocess.Popen(
        command(name, max(1.0, until - time.monotonic()), given),
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )
    lines: queue.Queue = queue.Queue()

    def read():
        for line in process.stdout:
            lines.put(line)
        lines.put(None)

    threading.Thread(target=read, daemon=True).start()
    started = time.monotonic()
    try:
        while True:
            # The last figure of the training takes as long as there is time.
            silence = math.inf if name == "training" else SILENCE
            wait = min(silence, until + GRACE - time.monotonic())
            try:
                line = lines.get(timeout=max(1.0, wait))
            except queue.Empty:
                process.kill()
                yield {"ended": f"no figure for {wait:.0f} s, or out of time"}
                return
            if line is None:
                break
            try:
                yield json.loads(line)
            except ValueError:
                print(line, end="", file=sys.stderr)
    finally:
        process.kill()
        process.wait()
    seconds = round(time.monotonic() - started, 1)
    crashed = process.returncode != 0
    yield {"ended": f"status {process.returncode}"} if crashed else {"seconds": seconds}


if __name__ == "__main__":
    run_command(gpu)
