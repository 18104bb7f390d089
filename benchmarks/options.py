"""Times what the options of our layers cost: a training step with each beside one without.

    python -m benchmarks.options

Peepholes are timed beside a peephole cell in `keras.layers.RNN` too, which is what a user of
Keras would write. Needs the `benchmarks` extra.
"""

import statistics
from dataclasses import dataclass

import keras
import numpy as np
from keras import ops
from rich.console import Console
from rich.table import Table

from benchmarks.steps import tensorflow_step
from benchmarks.timing import cells, interleaved, medians, random
from gated.commands.command import run_command
from gated.layers import LSTM, Bidirectional

SHAPES = ((32, 100, 128, 256), (64, 200, 64, 64), (8, 40, 100, 128), (256, 20, 64, 64))


@dataclass(frozen=True)
class Config:
    """What to time."""

    #: How often each takes its turn at each shape.
    repeats: int = 15


class PeepholeCell(keras.layers.LSTMCell):
    """Keras's cell with peepholes, in the plainest way."""

    def build(self, input_shape):
        super().build(input_shape)
        self.peepholes = self.add_weight(shape=(3, self.units), name="peepholes")

    def call(self, inputs, states, training=False):
        h, c = states
        z = ops.matmul(inputs, self.kernel) + ops.matmul(h, self.recurrent_kernel) + self.bias
        i, f, candidate, o = ops.split(z, 4, axis=-1)
        i = ops.sigmoid(i + self.peepholes[0] * c)
        f = ops.sigmoid(f + self.peepholes[1] * c)
        c = f * c + i * ops.tanh(candidate)
        h = ops.sigmoid(o + self.peepholes[2] * c) * ops.tanh(c)
        return h, [h, c]


def options(config: Config) -> None:
    """Prints the times of each, and their ratios to our plain LSTM.

    Args:
        config: what to time.
    """
    table = Table("batch, time, input, units", title="LSTM, milliseconds a training step")
    rows = []
    for batch, length, features, units in SHAPES:
        x = random(batch, length, features)
        lengths = np.random.default_rng(0).integers(length // 2, length + 1, size=batch)
        mask = np.arange(length) < lengths[:, None]
        plain = LSTM(units, return_sequences=True)
        variants = {
            "plain": (plain, {}),
            "peepholes": (LSTM(units, return_sequences=True, peepholes=True), {}),
            "peephole cell in Keras": (
                keras.layers.RNN(PeepholeCell(units), return_sequences=True),
                {},
            ),
            "padding mask": (plain, {"mask": mask}),
            "recurrent dropout": (LSTM(units, return_sequences=True, recurrent_dropout=0.2), {}),
            "bidirectional": (Bidirectional(LSTM(units, return_sequences=True)), {}),
            "checkpoint": (LSTM(units, return_sequences=True, checkpoint=True), {}),
        }
        steps = {
            name: tensorflow_step(layer, x, **call) for name, (layer, call) in variants.items()
        }
        seconds = interleaved(steps, config.repeats)
        if not rows:
            for name in seconds:
                table.add_column(name, justify="right")
        median = medians(seconds)
        rows.append([time / median["plain"] for time in median.values()])
        table.add_row(str((batch, length, features, units)), *cells(seconds))
        table.add_row("  times the plain one", *(f"{ratio:.2f}" for ratio in rows[-1]))
    means = (f"{statistics.geometric_mean(column):.2f}" for column in zip(*rows, strict=True))
    table.add_row("geometric mean of these", *means)
    Console(width=150).print(table)
    print("Median (least).")


if __name__ == "__main__":
    run_command(options)
