"""Times drawing characters from a language model, beside PyTorch and a loop of model.predict.

    python -m benchmarks.sampling
    python -m benchmarks.sampling --batches 1 --units 256

The model has 65 characters and two LSTM layers. PyTorch's peer is the quickest form of its loop:
`torch.nn.LSTMCell`, step by step in inference mode; the peer of Keras's users is a call of
`model.predict` for every character, of the same layers of Keras. Needs the `benchmarks` extra.
"""

from dataclasses import dataclass

import keras
import numpy as np
import torch
from rich.console import Console
from rich.table import Table

from benchmarks.our_sampler import language_model, ours
from benchmarks.timing import interleaved, medians
from gated.commands.command import run_command

TOKENS = 65
PREDICTED = 16  # characters that are timed of the loop of predict, which is slow


@dataclass(frozen=True)
class Config:
    """What to time."""

    #: Texts that are drawn side by side.
    batches: tuple[int, ...] = (1, 64)
    #: Size of each layer.
    units: int = 512
    #: Characters of each text.
    length: int = 256
    #: How often each takes its turn.
    repeats: int = 9


def sampling(config: Config) -> None:
    """Prints characters a second, of all texts together.

    Args:
        config: what to time.
    """
    table = Table("texts", title=f"2 x LSTM {config.units}, characters a second")
    for column in ("ours", "PyTorch", "predict", "ours / PyTorch", "ours / predict"):
        table.add_column(column, justify="right")
    for batch in config.batches:
        peers = {
            "ours": ours(language_model(TOKENS, config.units, 2), batch, config.length),
            "PyTorch": _torch(batch, config),
            "predict": _predict(batch, config),
        }
        drawn = {"ours": config.length, "PyTorch": config.length, "predict": PREDICTED}
        seconds = medians(interleaved(peers, config.repeats))
        speed = {name: batch * drawn[name] / seconds[name] for name in peers}
        table.add_row(
            str(batch),
            *(f"{speed[name]:,.0f}" for name in peers),
            f"{speed['ours'] / speed['PyTorch']:.2f}",
            f"{speed['ours'] / speed['predict']:.0f}",
        )
    Console(width=120).print(table)
    print(f"Median of {config.repeats}.")


def _torch(batch, config):
    vectors = torch.nn.Embedding(TOKENS, config.units)
    cells = [torch.nn.LSTMCell(config.units, config.units) for _ in range(2)]

    def run():
        with torch.inference_mode():
            token = torch.zeros(batch, dtype=torch.int64)
            zeros = torch.zeros(batch, config.units)
            states = [(zeros, zeros) for _ in cells]
            found = []
            for _ in range(config.length):
                x = vectors(token)
                for i, cell in enumerate(cells):
                    states[i] = cell(x, states[i])
                    x = states[i][0]
                p = torch.softmax(x @ vectors.weight.T, dim=-1)
                token = torch.multinomial(p, 1)[:, 0]
                found.append(token)
            return torch.stack(found).numpy()

    return run


def _predict(batch, config):
    ids = keras.Input((1,), dtype="int32")
    states = [keras.Input((config.units,)) for _ in range(4)]
    vectors = keras.layers.ReversibleEmbedding(TOKENS, config.units)
    x, last = vectors(ids), []
    for i in range(2):
        layer = keras.layers.LSTM(config.units, return_sequences=True, return_state=True)
        x, *new = layer(x, initial_state=states[2 * i : 2 * i + 2])
        last += new
    model = keras.Model([ids, *states], [keras.ops.softmax(vectors(x, reverse=True)), *last])
    random = np.random.default_rng(0)

    def run():
        token = np.zeros((batch, 1), "int32")
        states = [np.zeros((batch, config.units), "float32") for _ in range(4)]
        for _ in range(PREDICTED):
            p, *states = model.predict([token, *states], verbose=0)
            passed = np.cumsum(p[:, 0], axis=-1) < random.random((batch, 1))
            token = np.minimum(passed.sum(axis=-1), TOKENS - 1).astype("int32")[:, None]
        return token

    return run


if __name__ == "__main__":
    run_command(sampling)
