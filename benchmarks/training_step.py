"""Times a training step of our layers, or the forward pass alone, beside Keras's and PyTorch's.

    python -m benchmarks.training_step
    python -m benchmarks.training_step --layer GRU --forward --repeats 20

A step is forward plus the gradients of the inputs and of all weights, in float32, at several
shapes (batch, time, input, units). The peers take turns within one process. Needs the
`benchmarks` extra.
"""

import statistics
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import keras
import torch
from rich.console import Console
from rich.table import Table

import gated.layers
from benchmarks.steps import tensorflow_step, torch_step
from benchmarks.timing import cells, interleaved, medians, random
from gated.commands.command import run_command

SHAPES = (
    (32, 100, 128, 256),
    (20, 35, 650, 650),
    (64, 200, 64, 64),
    (8, 40, 100, 128),
    (1, 1000, 64, 128),
    (256, 20, 64, 64),
)


@dataclass(frozen=True)
class Config:
    """What to time."""

    #: The layer.
    layer: Literal["LSTM", "GRU"] = "LSTM"
    #: Only the forward pass.
    forward: bool = False
    #: How often each peer takes its turn at each shape.
    repeats: int = 15


def training_step(config: Config) -> None:
    """Prints the median and the least time of each, and how many times as fast ours is.

    Args:
        config: what to time.
    """
    what = "the forward pass" if config.forward else "a training step"
    table = Table("batch, time, input, units", title=f"{config.layer}, milliseconds for {what}")
    for column in ("ours", "Keras", "Keras, jit", "PyTorch", "Keras / ours", "PyTorch / ours"):
        table.add_column(column, justify="right")
    ratios = []
    for shape in SHAPES:
        peers = _peers(config.layer, not config.forward, *shape)
        seconds = interleaved(peers, config.repeats)
        median = medians(seconds)
        keras_ratio = min(median["Keras"], median["Keras, jit"]) / median["ours"]
        torch_ratio = median["PyTorch"] / median["ours"]
        ratios.append((keras_ratio, torch_ratio))
        table.add_row(str(shape), *cells(seconds), f"{keras_ratio:.2f}", f"{torch_ratio:.2f}")
    means = (f"{statistics.geometric_mean(column):.2f}" for column in zip(*ratios, strict=True))
    table.add_row("geometric mean", "", "", "", "", *means)
    Console(width=120).print(table)
    print("Median (least). Keras / ours is against the faster of Keras's two.")


def _peers(name: str, training: bool, batch: int, length: int, features: int, units: int):
    x = random(batch, length, features)
    ours = getattr(gated.layers, name)(units, return_sequences=True)
    theirs = getattr(keras.layers, name)(units, return_sequences=True)
    module = getattr(torch.nn, name)(features, units, batch_first=True)
    peers: dict[str, Callable[[], object]] = {
        "ours": tensorflow_step(ours, x, training),
        "Keras": tensorflow_step(theirs, x, training),
        "Keras, jit": tensorflow_step(theirs, x, training, jit_compile=True),
        "PyTorch": torch_step(module, x, training),
    }
    return peers


if __name__ == "__main__":
    run_command(training_step)
