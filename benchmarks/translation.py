"""Times a translator of the default sizes beside the same network in PyTorch.

    python -m benchmarks.translation
    python -m benchmarks.translation --only searching

Training: steps of the default number of tokens, on random ones, all of the same length; with
Keras, and in PyTorch with its loop over the steps of the target, Adam, and clipping. Searching:
sentences of 12 tokens to translations of 12, with all that evaluation does but the text, by the
weights of the start, which take as long as others; PyTorch has the same weights and must find the
same translations. Needs the `benchmarks` extra.
"""

import statistics
from dataclasses import dataclass
from typing import Literal

import keras
import numpy as np
from keras import ops
from rich.console import Console
from rich.table import Table

from apps.translation.config import Config as ModelConfig
from apps.translation.model.network import SmoothedLoss, build_model
from apps.translation.model.translator import Translator
from benchmarks.timing import interleaved, print_rates
from gated.commands.command import run_command
from gated.text.copying import CopyingCodec
from gated.training.fitting import adam

TOKENS, EPOCH = 8000, 1_000_000


@dataclass(frozen=True)
class Config:
    """What to time."""

    #: Which of the two; both if not given.
    only: Literal["training", "searching"] | None = None
    #: Tokens of each sentence.
    length: int = 12
    #: Sentences that are translated at once.
    batch: int = 64
    #: How often each takes its turn.
    repeats: int = 7


def translation(config: Config) -> None:
    """Prints tokens and sentences a second.

    Args:
        config: what to time.
    """
    keras.utils.set_random_seed(0)
    if config.only != "searching":
        _print_training(config)
    if config.only != "training":
        _print_searching(config)


def _print_training(config):
    options = ModelConfig(corpus=("",))
    rows = options.batch_tokens // config.length
    sources, before, after = (_random(rows, config.length) for _ in range(3))
    model = build_model(TOKENS, TOKENS, options)
    trained = keras.Model(model.inputs, model.outputs[0])
    trained.compile(adam(options, 1000), SmoothedLoss(options.label_smoothing), jit_compile=False)
    peers = {
        "ours": lambda: trained.train_on_batch([sources, before], after),
        "PyTorch": _torch_training(options, sources, before, after),
    }
    seconds = interleaved(peers, config.repeats)
    title = f"Training, {rows} sentences of {config.length} tokens a step"
    print_rates(title, seconds, rows * config.length, "target tokens", EPOCH)


def _torch_training(options, *arrays):
    import torch
    from torch.nn.functional import cross_entropy

    from benchmarks.torch_translator import TorchTranslator

    model = TorchTranslator(TOKENS, TOKENS, options)
    optimizer = torch.optim.Adam(model.parameters(), options.learning_rate)
    sources, before, after = (torch.from_numpy(one.astype("int64")) for one in arrays)

    def step():
        model.train()
        optimizer.zero_grad()
        logits = model(sources, before).reshape(-1, TOKENS)
        cross_entropy(logits, after.reshape(-1), label_smoothing=options.label_smoothing).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), options.clip)
        optimizer.step()

    return step


def _print_searching(config):
    options = ModelConfig(corpus=("",))
    words = [f"w{i}" for i in range(TOKENS)]
    codec = CopyingCodec.learn(iter([" ".join(words)] * 2), TOKENS, "word", True, 1)
    model = build_model(len(codec), len(codec), options)
    translator = Translator(codec, codec, model)
    table = Table("", title=f"Searching, sentences of {config.length} tokens")
    for column in ("ms", "at least", "sentences a second", "at most", "ours / this"):
        table.add_column(column, justify="right")
    for beams in (1, 5):
        for rows in (config.batch, 1):
            sources = _random(rows, config.length)
            peers = {
                "ours": _searching(translator, sources, beams, config.length),
                "PyTorch": _torch_searching(translator, options, sources, beams, config.length),
            }
            found = {name: call() for name, call in peers.items()}
            np.testing.assert_allclose(*found.values(), rtol=1e-4)
            seconds = interleaved(peers, 3 * config.repeats)
            ours = statistics.median(seconds["ours"])
            for name, times in seconds.items():
                median, least = statistics.median(times), min(times)
                table.add_row(
                    f"{name}, {'greedy' if beams == 1 else f'beam {beams}'}, batch {rows}",
                    f"{median * 1e3:.1f}",
                    f"{least * 1e3:.1f}",
                    f"{rows / median:,.0f}",
                    f"{rows / least:,.0f}",
                    f"{median / ours:.2f}",
                )
    Console().print(table)


def _searching(translator, sources, beams, length):
    """A call that returns log P of the best translations."""
    rows = len(sources)
    given = (sources, np.zeros(rows, "int32"), np.full(rows, length, "int32"))

    def call():
        found = translator._search(
            *map(ops.convert_to_tensor, (*given, np.int32(length))), beams, 0.0, 0.0
        )
        return ops.convert_to_numpy(found.log_p)[:, 0]

    return call


def _torch_searching(translator, options, sources, beams, length):
    import torch

    from benchmarks.torch_translator import TorchTranslator

    model = TorchTranslator(len(translator.source), len(translator.target), options)
    model.load(translator.model)
    sources = torch.from_numpy(sources.astype("int64"))
    never = torch.from_numpy(translator._numbers >= 0)
    return lambda: model.translate(sources, beams, length, translator.target.eos, never)[1].numpy()


def _random(*shape):
    return np.random.default_rng(0).integers(100, TOKENS, shape).astype("int32")


if __name__ == "__main__":
    run_command(translation)
