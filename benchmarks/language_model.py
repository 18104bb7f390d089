"""Times training a language model, beside the same in Keras and in PyTorch.

    python -m benchmarks.language_model
    python -m benchmarks.language_model --units 256 --layer GRU

The model: tied vectors, two recurrent layers, a softmax over 65 characters; streams of text whose
states are carried from one batch to the next, dropout, Adam, gradients clipped by norm. Ours is
what `apps.lm.train` fits; Keras's has its stateful layers in `model.fit`, compiled by XLA and not;
PyTorch's is the usual loop over `torch.nn`. Needs the `benchmarks` extra.
"""

import statistics
from dataclasses import dataclass
from typing import Literal

import keras
import numpy as np
import torch
from rich.console import Console
from rich.table import Table

from apps.lm.config import Config as ModelConfig
from apps.lm.model.network import Streams, build_model
from benchmarks.timing import interleaved
from gated.commands.command import run_command

TOKENS = 65


@dataclass(frozen=True)
class Config:
    """What to time."""

    #: The recurrent layer.
    layer: Literal["LSTM", "GRU"] = "LSTM"
    #: Length of the vectors and size of each layer.
    units: int = 512
    #: Streams of text side by side.
    batch_size: int = 32
    #: Characters of each in a batch.
    steps: int = 128
    #: Batches of a turn.
    batches: int = 4
    #: How often each takes its turn.
    repeats: int = 5


def language_model(config: Config) -> None:
    """Prints tokens a second.

    Args:
        config: what to time.
    """
    shape = (config.batches, config.batch_size, config.steps)
    random = np.random.default_rng(0)
    batches = [(x, np.roll(x, -1, 1)) for x in random.integers(0, TOKENS, shape).astype("int32")]
    peers = {
        "ours": fitting(_ours(config), batches, "auto"),
        "Keras": fitting(_keras(config), batches, False),
        "Keras, compiled": fitting(_keras(config), batches, True),
        "PyTorch": _torch(config, batches),
    }
    seconds = interleaved(peers, config.repeats)
    table = Table("", title=f"2 x {config.layer} {config.units}, tokens a second in training")
    for column in ("median", "most", "ours / this"):
        table.add_column(column, justify="right")
    tokens = np.prod(shape)
    ours = statistics.median(seconds["ours"])
    for name, times in seconds.items():
        median = statistics.median(times)
        table.add_row(
            name, f"{tokens / median:,.0f}", f"{tokens / min(times):,.0f}", f"{median / ours:.2f}"
        )
    Console().print(table)


class Batches(keras.utils.PyDataset):
    def __init__(self, batches):
        super().__init__()
        self.batches = batches

    def __len__(self):
        return len(self.batches)

    def __getitem__(self, i):
        return self.batches[i]


def fitting(model, batches, jit_compile):
    """A function that trains on the batches."""
    model.compile(
        optimizer=keras.optimizers.Adam(1e-3, global_clipnorm=1.0),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        jit_compile=jit_compile,
    )
    return lambda: model.fit(Batches(batches), verbose=0, shuffle=False)


def _ours(config):
    options = ModelConfig(
        recipe="medium",
        layer="lstm" if config.layer == "LSTM" else "gru",
        units=config.units,
        batch_size=config.batch_size,
        steps=config.steps,
    )
    return Streams(build_model(TOKENS, options), options)


def _keras(config):
    ids = keras.Input(batch_shape=(config.batch_size, config.steps), dtype="int32")
    vectors = keras.layers.ReversibleEmbedding(TOKENS, config.units)
    x = vectors(ids)
    for _ in range(2):
        x = keras.layers.SpatialDropout1D(0.3)(x)
        layer = getattr(keras.layers, config.layer)
        x = layer(config.units, return_sequences=True, stateful=True)(x)
    return keras.Model(ids, vectors(keras.layers.SpatialDropout1D(0.3)(x), reverse=True))


def _torch(config, batches):
    vectors = torch.nn.Embedding(TOKENS, config.units)
    drop = torch.nn.Dropout(0.3)
    layers = getattr(torch.nn, config.layer)(
        config.units, config.units, num_layers=2, dropout=0.3, batch_first=True
    )
    weights = [*vectors.parameters(), *layers.parameters()]
    optimizer = torch.optim.Adam(weights, 1e-3)
    batches = [(torch.tensor(x), torch.tensor(y, dtype=torch.int64)) for x, y in batches]

    def run():
        states = None
        for x, y in batches:
            output, states = layers(drop(vectors(x)), states)
            states = (
                tuple(state.detach() for state in states)
                if isinstance(states, tuple)
                else states.detach()
            )
            logits = drop(output) @ vectors.weight.T
            loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), y.flatten())
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(weights, 1.0)
            optimizer.step()

    return run


if __name__ == "__main__":
    run_command(language_model)
