"""Tokens a second in training `apps.lm`, beside PyTorch; then tiny Shakespeare."""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import keras
import numpy as np
import torch

from apps.lm.config import Config
from apps.lm.model.network import Streams, build_model
from benchmarks.language_model import fitting
from benchmarks.timing import interleaved, medians
from gated.compiling import on_gpu

# Tokens of the vocabulary; the options of the model.
MODELS = {
    "medium, characters": (65, {"recipe": "medium"}),
    # All words in the softmax, as PyTorch has them.
    "awd, words": (33278, {"recipe": "awd", "steps": 70, "candidates": 0}),
}
TOY = {
    "toy": (65, {"recipe": "awd", "units": 16, "vector_size": 16, "steps": 8, "candidates": 0}),
}
BATCHES, REPEATS = 8, 3
MINUTES = 3.0  # of tiny Shakespeare at most
EVALUATION = 25  # seconds of it after the last epoch


def records(task):
    rate = None
    for name, (tokens, options) in (TOY if task.toy else MODELS).items():
        config = Config(batch_size=2 if task.toy else 32, **options)
        shape = (2 if task.toy else BATCHES, config.batch_size, config.steps)
        random = np.random.default_rng(0)
        batches = [
            (x, np.roll(x, -1, 1)) for x in random.integers(0, tokens, shape).astype("int32")
        ]
        keras.utils.set_random_seed(0)
        peers = {
            "ours": fitting(Streams(build_model(tokens, config), config), batches, "auto"),
            "PyTorch": _torch(tokens, config, batches),
        }
        found = {
            peer: round(np.prod(shape) / s)
            for peer, s in medians(interleaved(peers, REPEATS)).items()
        }
        rate = rate or found["ours"]
        yield {"model": name, "tokens a second, median": found}
    if task.corpus:
        yield _shakespeare(Path(task.corpus), rate, min(60 * MINUTES, task.left), task.toy)


def _torch(tokens, config, batches):
    """The same model: tied vectors, the dropouts of `apps.lm`, Adam, gradients clipped by norm."""
    device = "cuda" if on_gpu() else "cpu"
    drop = torch.nn.functional.dropout
    vectors = torch.nn.Embedding(tokens, config.vector_size)
    layers, size = torch.nn.ModuleList(), config.vector_size
    for units in config.sizes:
        layers.append(torch.nn.LSTM(size, units, batch_first=True))
        size = units
    modules = torch.nn.ModuleList([vectors, *layers]).to(device)
    weights = list(modules.parameters())
    optimizer = torch.optim.Adam(weights, config.learning_rate)
    batches = [
        (torch.tensor(x, device=device).long(), torch.tensor(y, device=device).long())
        for x, y in batches
    ]

    def layer(lstm, x, states):
        own = [lstm.weight_ih_l0, lstm.weight_hh_l0, lstm.bias_ih_l0, lstm.bias_hh_l0]
        own[1] = drop(own[1], config.weight_dropout)
        output, *states = torch.lstm(x, states, own, True, 1, 0.0, True, False, True)
        return output, states

    def features(x):
        """Dropped out at all steps of a sequence."""
        return x * drop(torch.ones_like(x[:, :1]), config.dropout)

    def run():
        states = [
            [torch.zeros(1, config.batch_size, units, device=device)] * 2 for units in config.sizes
        ]
        for x, y in batches:
            keep = drop(torch.ones(tokens, 1, device=device), config.embedding_dropout)
            output = features(vectors(x) * keep[x])
            for i, lstm in enumerate(layers):
                output, last = layer(lstm, output if i == 0 else features(output), states[i])
                states[i] = [state.detach() for state in last]
            dropped = features(output)
            logits = dropped @ vectors.weight.T
            loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), y.flatten())
            loss = loss + config.activation_penalty * dropped.square().mean()
            loss = loss + config.change_penalty * (output[:, 1:] - output[:, :-1]).square().mean()
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(weights, config.clip)
            optimizer.step()
        loss.item()

    return run


def _shakespeare(corpus, rate, seconds, toy):
    """What `apps.lm.train` reaches in so many seconds, its evaluation included."""
    tokens = 0.9 * corpus.stat().st_size
    # The rate was without the start, the compilation and the validation.
    epochs = 1 if toy else max(1, int((seconds - EVALUATION) * 0.7 * rate / tokens))
    options = ["--units", "16", "--depth", "1"] if toy else []
    with tempfile.TemporaryDirectory() as folder:
        run = Path(folder) / "shakespeare"
        command = [sys.executable, "-m", "apps.lm.train", "--corpus", str(corpus), *options]
        command += ["--valid", "0.05", "--test", "0.05", "--recipe", "medium", "--run", str(run)]
        start = time.monotonic()
        try:
            subprocess.run(
                [*command, "--epochs", str(epochs)],
                check=True,
                timeout=seconds,
                stdout=sys.stderr,
            )
        except subprocess.SubprocessError as error:
            return {"tiny Shakespeare": str(error)[-200:], "epochs": epochs}
        metrics = json.loads((run / "metrics.json").read_text())
    took = round(time.monotonic() - start, 1)
    return {"tiny Shakespeare": metrics, "epochs": epochs, "seconds": took}
