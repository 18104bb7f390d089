"""Times the CRF: its share of a tagger's training step, and decoding, beside pytorch-crf.

    python -m benchmarks.crf
    python -m benchmarks.crf --tags 50 --length 40

The tagger is a bidirectional LSTM over word vectors and a dense layer; a step is forward and the
gradients of all weights, with the CRF's loss or with a softmax at each word, without an optimizer.
All words count, the peer's best case. Needs the `benchmarks` extra, and pytorch-crf.
"""

from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf
import torch
import torchcrf
from rich.console import Console
from rich.table import Table

from benchmarks.timing import cells, interleaved, medians, random
from gated.commands.command import run_command
from gated.layers import CRF, LSTM, Bidirectional, CRFLoss


@dataclass(frozen=True)
class Config:
    """What to time."""

    #: Sentences of a training step.
    batch: int = 32
    #: Words of a sentence.
    length: int = 20
    #: Tags.
    tags: int = 17
    #: Width of the word vectors.
    features: int = 100
    #: Units of each direction.
    units: int = 200
    #: Sentences to decode.
    sentences: int = 10_000
    #: How often each takes its turn.
    repeats: int = 15


def crf(config: Config) -> None:
    """Prints milliseconds, and the CRF's share of the step.

    Args:
        config: what to time.
    """
    steps = {
        f"{name}, {loss}": peer(config, loss)
        for name, peer in (("ours", _step), ("PyTorch", _torch_step))
        for loss in ("CRF", "softmax")
    }
    decoders = {"ours": _decoder(config), "PyTorch": _torch_decoder(config)}
    seconds = interleaved(steps, config.repeats)
    table = Table(*steps, title=f"A step of {config.batch} x {config.length}, {config.tags} tags")
    table.add_row(*cells(seconds))
    console = Console(width=120)
    console.print(table)
    for name in ("ours", "PyTorch"):
        with_crf, without = (medians(seconds)[f"{name}, {loss}"] for loss in ("CRF", "softmax"))
        print(f"{name}: the CRF's share is {1 - without / with_crf:.0%}")
    table = Table(*decoders, title=f"{config.sentences:,} sentences decoded")
    table.add_row(*cells(interleaved(decoders, max(config.repeats // 3, 1))))
    console.print(table)
    print(f"Milliseconds, median of {config.repeats} and least; of a third as many decoded.")


def _tags(*shape, tags):
    return np.random.default_rng(1).integers(tags, size=shape)


def _step(config, loss):
    words = keras.Input((None, config.features))
    both = Bidirectional(LSTM(config.units, return_sequences=True))
    scores = keras.layers.Dense(config.tags)(both(words))
    if loss == "CRF":
        scores, loss = CRF(config.tags)(scores), CRFLoss()
    else:
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model = keras.Model(words, scores)
    weights = [variable.value for variable in model.trainable_variables]
    # What `fit` traces where sentences differ in length.
    signature = [tf.TensorSpec([None, None, config.features]), tf.TensorSpec([None, None], "int32")]

    @tf.function(input_signature=signature, autograph=False)
    def step(x, y):
        with tf.GradientTape() as tape:
            value = loss(y, model(x, training=True))
        return tape.gradient(value, weights)

    x = tf.constant(random(config.batch, config.length, config.features))
    y = tf.constant(_tags(config.batch, config.length, tags=config.tags), tf.int32)
    return lambda: [gradient.numpy() for gradient in step(x, y)]


def _torch_step(config, loss):
    lstm = torch.nn.LSTM(config.features, config.units, batch_first=True, bidirectional=True)
    dense, chain = torch.nn.Linear(2 * config.units, config.tags), torchcrf.CRF(config.tags, True)
    x = torch.tensor(random(config.batch, config.length, config.features))
    y = torch.tensor(_tags(config.batch, config.length, tags=config.tags))

    def step():
        for module in (lstm, dense, chain):
            module.zero_grad()
        scores = dense(lstm(x)[0])
        if loss == "CRF":
            value = -chain(scores, y, reduction="mean")
        else:
            value = torch.nn.functional.cross_entropy(scores.flatten(0, 1), y.flatten())
        value.backward()

    return step


def _decoder(config):
    chain = CRF(config.tags)
    scores = tf.constant(random(config.sentences, config.length, config.tags))
    return lambda: chain.viterbi(scores)[0].numpy()


def _torch_decoder(config):
    chain = torchcrf.CRF(config.tags, batch_first=True)
    scores = torch.tensor(random(config.sentences, config.length, config.tags))

    def decode():
        with torch.inference_mode():
            return chain.decode(scores)

    return decode


if __name__ == "__main__":
    run_command(crf)
