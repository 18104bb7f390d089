"""Times what a new shape costs: the first step, and 200 batches of which no two are alike.

    python -m benchmarks.varied_shapes
    python -m benchmarks.varied_shapes --layer GRU --units 256

XLA compiles for every shape it meets. The batch sizes (1 to 32) and lengths (5 to 120) are
unknown when the graph is traced, as in `model.fit` over padded batches of text. Each peer runs in
a fresh process, and its time includes tracing and compiling; the processes take turns.
"""

import json
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import Literal

from rich.console import Console
from rich.table import Table

from gated.commands.command import run_command

FEATURES = 64


@dataclass(frozen=True)
class Config:
    """What to time."""

    #: The layer.
    layer: Literal["LSTM", "GRU"] = "LSTM"
    #: Its units.
    units: int = 128
    #: How many batches of different shapes.
    batches: int = 200
    #: How many processes for each peer.
    repeats: int = 3


def varied_shapes(config: Config) -> None:
    """Prints the seconds of the first step and of all batches, ours beside Keras's.

    Args:
        config: what to time.
    """
    seconds: dict[tuple[str, str], list[dict[str, float]]] = {}
    for _ in range(config.repeats):
        for way in ("training", "forward"):
            for library in ("gated", "keras", "keras jit"):
                arguments = [library, way, config.layer, str(config.units), str(config.batches)]
                found = subprocess.run(
                    [sys.executable, "-m", "benchmarks.varied_shapes", "--in-process", *arguments],
                    check=True,
                    capture_output=True,
                    text=True,
                )
                seconds.setdefault((way, library), []).append(
                    json.loads(found.stdout.splitlines()[-1])
                )
    table = Table(title=f"{config.layer}, seconds, median of {config.repeats} processes")
    for column in ("", "ours", "Keras", "Keras, jit", "ours / Keras", "ours / jit"):
        table.add_column(column, justify="right" if column else "left")
    for way in ("training", "forward"):
        for what in ("first step", "all batches"):
            ours, *theirs = (
                statistics.median(run[what] for run in seconds[way, library])
                for library in ("gated", "keras", "keras jit")
            )
            times = (f"{time:.2f}" for time in (ours, *theirs))
            table.add_row(f"{way}, {what}", *times, *(f"{ours / time:.2f}" for time in theirs))
    Console().print(table)


def _in_process(library: str, way: str, name: str, units: str, batches: str) -> None:
    import keras
    import numpy as np
    import tensorflow as tf

    import gated.layers

    module = gated.layers if library == "gated" else keras.layers
    layer = getattr(module, name)(int(units), return_sequences=True)
    layer.build((None, None, FEATURES))
    weights = [variable.value for variable in layer.trainable_variables]

    # Keras's compiled for every shape would take minutes: of it only the first step counts.
    jit = library == "keras jit"
    signature = [tf.TensorSpec((None, None, FEATURES))]

    @tf.function(input_signature=signature, autograph=False, jit_compile=jit)
    def step(x):
        if way == "forward":
            return layer(x)
        with tf.GradientTape() as tape:
            tape.watch(x)
            loss = tf.reduce_sum(layer(x, training=True))
        return tape.gradient(loss, [x, *weights])

    random = np.random.default_rng(0)
    shapes = np.stack([random.permutation(np.arange(int(batches))) for _ in range(2)])
    shapes = np.stack([shapes[0] % 32 + 1, shapes[1] % 116 + 5], axis=1)
    xs = [tf.constant(random.normal(size=(*shape, FEATURES)), tf.float32) for shape in shapes]
    start = time.perf_counter()
    step(xs[0])
    first = time.perf_counter() - start
    for x in xs[1:] if not jit else ():
        step(x)
    print(json.dumps({"first step": first, "all batches": time.perf_counter() - start}))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--in-process"]:
        _in_process(*sys.argv[2:])
    else:
        run_command(varied_shapes)
