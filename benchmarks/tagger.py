"""Times a tagger of the default sizes: serving its export, and training it beside PyTorch.

    python -m benchmarks.tagger
    python -m benchmarks.tagger --corpus train.conll

Serving: sentences of 15 tokens, raw strings, into the SavedModel, in batches and one alone; the
weights are those of the start, which take as long as others. Beside it the same network in PyTorch,
with pytorch-crf, which gets ids and gives ids of tags: no tokens, no probabilities. Training:
epochs of `model.fit` over some sentences, with the CRF and with a softmax at each word in its
place; and the same network in PyTorch, with Adam, on the same batches. Without a corpus the
sentences are of the words of Python's own help, every third of them an entity. Needs the
`benchmarks` extra.
"""

import statistics
import tempfile
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from rich.console import Console
from rich.table import Table

from apps.ner.config import Config as ModelConfig
from apps.ner.model.batches import Batches
from apps.ner.model.encoder import Encoded, Encoder
from apps.ner.model.endpoints import Endpoints
from apps.ner.model.network import build_model
from apps.ner.model.tagger import Tagger
from apps.ner.reading import conll
from apps.ner.reading.conll import Sentence
from benchmarks.timing import english, interleaved, print_rates
from gated.commands.command import run_command
from gated.export.saved_model import save_endpoints
from gated.layers import CRFLoss
from gated.training.batches import places

LENGTH, EPOCH = 15, 200_000  # tokens


@dataclass(frozen=True)
class Config:
    """What to time."""

    #: A CoNLL file, for the lengths and words of its sentences.
    corpus: Path | None = None
    #: Sentences of a call of the export.
    served: int = 256
    #: Sentences of a training turn.
    trained: int = 1024
    #: How often each takes its turn.
    repeats: int = 5
    #: Only time serving.
    serving_only: bool = False


def tagger(config: Config) -> None:
    """Prints sentences and tokens a second.

    Args:
        config: what to time.
    """
    sentences = conll.read(config.corpus) if config.corpus else _sentences()
    encoder = Encoder.of(sentences)
    _print_serving(Tagger(encoder, build_model(encoder, ModelConfig())), sentences, config)
    if not config.serving_only:
        _print_training(encoder, sentences[: config.trained], config)


def _sentences(count: int = 4096) -> list[Sentence]:
    tags = [f"B-{'ABCD'[i // 3 % 4]}" if i % 3 == 1 else "O" for i in range(LENGTH)]
    return [Sentence((*words, "."), tuple(tags)) for words in english(count, LENGTH - 1)]


def _print_serving(tagger, sentences, config):
    flat = [token for sentence in sentences for token in sentence.tokens if token.isalpha()]
    texts = [
        " ".join(flat[i : i + LENGTH - 1]) + " ."
        for i in range(0, (LENGTH - 1) * config.served, LENGTH - 1)
    ]
    endpoints = Endpoints(tagger)
    with tempfile.TemporaryDirectory() as folder:
        save_endpoints(Path(folder) / "1", endpoints.resources, endpoints.functions)
        model = tf.saved_model.load(Path(folder) / "1")
        call = model.signatures["serving_default"]
        batch, one = tf.constant(texts), tf.constant(texts[:1])
        peers = {
            f"{config.served} at a call": lambda: call(text=batch)["probabilities"].numpy(),
            "one alone": lambda: call(text=one)["probabilities"].numpy(),
        }
        for name, some in (
            ("PyTorch", sentences[: config.served]),
            ("PyTorch, one", sentences[:1]),
        ):
            peers[name] = _torch_tagging(tagger.encoder, some)
        seconds = interleaved(peers, 3 * config.repeats)
    table = Table("", title=f"The export, sentences of {LENGTH} tokens")
    for column in ("ms", "at least", "sentences a second", "at most"):
        table.add_column(column, justify="right")
    for (name, times), count in zip(seconds.items(), (len(texts), 1) * 2, strict=True):
        median, least = statistics.median(times), min(times)
        table.add_row(
            name,
            f"{median * 1e3:.1f}",
            f"{least * 1e3:.1f}",
            f"{count / median:,.0f}",
            f"{count / least:,.0f}",
        )
    Console().print(table)


def _torch_tagging(encoder, sentences):
    import torch

    from benchmarks.torch_tagger import TorchTagger

    model = TorchTagger(
        len(encoder.words), len(encoder.characters), len(encoder.tags), ModelConfig()
    )
    encoded = Encoded(encoder, (token for sentence in sentences for token in sentence.tokens))
    lengths = np.array([len(sentence.tokens) for sentence in sentences])
    arrays = encoded.inputs(places(np.cumsum(lengths) - lengths, lengths))
    given = [torch.from_numpy(np.asarray(one, "int64")) for one in arrays]
    return lambda: model.best_tags(*given)


def _print_training(encoder, sentences, config):
    options = ModelConfig()
    data = Batches(encoder, sentences, options)
    softmax = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    peers = {
        "ours": _fitting(encoder, options, data, CRFLoss()),
        "ours, softmax": _fitting(encoder, options, data, softmax),
        "PyTorch": _torch_fitting(encoder, options, data),
    }
    seconds = interleaved(peers, config.repeats)
    tokens = sum(len(sentence.tokens) for sentence in sentences)
    title = f"Training, {len(sentences)} sentences, {tokens:,} tokens"
    print_rates(title, seconds, tokens, "tokens", EPOCH)
    ours = statistics.median(seconds["ours"])
    share = 1 - statistics.median(seconds["ours, softmax"]) / ours
    print(f"The CRF's share of training: {share:.0%}")


def _fitting(encoder, options, data, loss):
    model = build_model(encoder, options)
    model.compile(keras.optimizers.Adam(options.learning_rate, global_clipnorm=5.0), loss=loss)
    return lambda: model.fit(data, verbose=0, shuffle=False)


def _torch_fitting(encoder, options, data):
    import torch
    from torch.nn.utils import clip_grad_norm_

    from benchmarks.torch_tagger import TorchTagger

    model = TorchTagger(len(encoder.words), len(encoder.characters), len(encoder.tags), options)
    optimizer = torch.optim.Adam(model.parameters(), options.learning_rate)

    def fit():
        for i in range(len(data)):
            inputs, tags = data[i]
            words, characters, casing, tags = (
                torch.from_numpy(np.asarray(one, "int64")) for one in (*inputs, tags)
            )
            optimizer.zero_grad()
            model.loss(words, characters, casing, tags).backward()
            clip_grad_norm_(model.parameters(), 5.0)
            optimizer.step()
        data.on_epoch_end()

    return fit


if __name__ == "__main__":
    run_command(tagger)
