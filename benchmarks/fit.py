"""Times `model.fit` of a real model with our layers beside the same with Keras's.

    python -m benchmarks.fit

The model: an embedding with a mask, two bidirectional LSTM layers, a softmax at every step; batches
of 32 sentences of 10 to 80 words, each padded to its longest. Epochs take turns; the first, which
traces and compiles, is shown apart. Needs the `benchmarks` extra.
"""

import statistics
import time
from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf
from rich.console import Console
from rich.table import Table

import gated.layers
from gated.commands.command import run_command

WORDS, CLASSES = 5000, 9


@dataclass(frozen=True)
class Config:
    """What to time."""

    #: Width of the embedding.
    features: int = 100
    #: Units of each direction.
    units: int = 128
    #: How many batches in an epoch.
    batches: int = 60
    #: How many epochs after the first.
    epochs: int = 4


def fit(config: Config) -> None:
    """Prints the seconds of an epoch.

    Args:
        config: what to time.
    """
    random = np.random.default_rng(0)
    data = [_batch(random) for _ in range(config.batches)]
    signature = tuple(tf.TensorSpec((None, None), dtype) for dtype in ("int32", "int32"))
    dataset = tf.data.Dataset.from_generator(lambda: iter(data), output_signature=signature)
    dataset = dataset.apply(tf.data.experimental.assert_cardinality(config.batches))
    models = {"ours": _model(gated.layers, config), "Keras": _model(keras.layers, config)}
    seconds: dict[str, list[float]] = {name: [] for name in models}
    for _ in range(config.epochs + 1):
        for name, model in models.items():
            start = time.perf_counter()
            model.fit(dataset, verbose=0)
            seconds[name].append(time.perf_counter() - start)
    table = Table("model.fit", title="Seconds an epoch")
    for column in ("first", "median of the others", "least"):
        table.add_column(column, justify="right")
    for name, (first, *others) in seconds.items():
        times = (first, statistics.median(others), min(others))
        table.add_row(name, *(f"{time:.2f}" for time in times))
    Console().print(table)


def _batch(random):
    lengths = random.integers(10, 81, size=32)
    words = random.integers(1, WORDS, size=(32, lengths.max()))
    words *= np.arange(lengths.max()) < lengths[:, None]
    return words.astype("int32"), (words % CLASSES).astype("int32")


def _model(layers, config):
    def both():
        return layers.Bidirectional(layers.LSTM(config.units, return_sequences=True))

    model = keras.Sequential(
        [
            keras.layers.Embedding(WORDS, config.features, mask_zero=True),
            both(),
            both(),
            keras.layers.Dense(CLASSES, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


if __name__ == "__main__":
    run_command(fit)
