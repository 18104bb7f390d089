"""A tagger trained once, as a user trains it, and the commands to put to it."""

import os
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from apps.ner.reading import conll, sets
from tests.apps import commands
from tests.apps.commands import Result

call = partial(commands.call, "ner")

ROOT = Path(__file__).parents[3]
# Small, and still long enough to learn some entities of the sentences by heart.
OPTIONS = {
    "units": 16,
    "vector-size": 16,
    "character-size": 8,
    "character-units": 8,
    "epochs": 20,
    "patience": 20,
    "batch-size": 8,
    "learning-rate": 0.02,
    "dropout": 0.1,
    "rare-word-dropout": 0.1,
    "average": 0,
    "seed": 3,
}


def start(module, *arguments, **options):
    """A command in a process of its own; it takes SIGINT even where the tests do not."""
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'shared'}"}
    return subprocess.Popen(
        [sys.executable, "-m", f"apps.ner.{module}", *map(str, arguments)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        **options,
    )


def finish(process):
    out, err = process.communicate(timeout=300)
    return Result(process.returncode, out, err)


@pytest.fixture(scope="session")
def process():
    """Starts a command, and waits for it."""
    return start, finish


@pytest.fixture(scope="session")
def command():
    """Calls a command in this process, which has TensorFlow loaded already."""
    return call


@pytest.fixture(scope="session")
def tiny(tmp_path_factory):
    """A CoNLL file of 40 sentences."""
    path = tmp_path_factory.mktemp("corpus") / "tiny.conll"
    sentences = conll.read(sets.EMBEDDED / "train.conll")[:40]
    path.write_text(
        "\n".join(
            "".join(f"{token}\t{tag}\n" for token, tag in zip(one.tokens, one.tags, strict=True))
            for one in sentences
        ),
        encoding="utf-8",
    )
    return path


@pytest.fixture(scope="session")
def training_options(tiny):
    options = (str(word) for name, value in OPTIONS.items() for word in (f"--{name}", value))
    return ["--corpus", str(tiny), "--valid", str(tiny), *options]


@pytest.fixture(scope="session")
def trained(tmp_path_factory, training_options):
    """A run folder, and what its training left."""
    folder = tmp_path_factory.mktemp("runs") / "one"
    return folder, call("train", *training_options, "--json", "--run", folder)


@pytest.fixture(scope="session")
def run(trained):
    """The folder of a finished run. Tests that change it take a copy."""
    folder, result = trained
    assert result.status == 0, result.err
    return folder


@pytest.fixture(scope="session")
def tagger(run):
    from apps.ner.model.tagger import Tagger
    from gated.runs.folder import RunFolder

    return Tagger.load(RunFolder(run))
