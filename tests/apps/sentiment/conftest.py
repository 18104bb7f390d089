"""Classifiers trained once, as a user trains them, and the commands that tests call."""

from functools import partial

import pytest

from tests.apps import commands

call = partial(commands.call, "sentiment")

SUBJECTS = ["room", "food", "song", "boat", "book", "chair", "soup", "walk", "film"]
SUBJECTS += ["tea", "garden", "lamp"]
SAYINGS = {
    "good": ["I loved the {}", "a splendid {}, truly", "the {} was great!", "what a lovely {}"],
    "bad": ["I hated the {}", "a dreadful {}, truly", "the {} was awful!", "what a dull {}"],
    "so-so": ["the {} was neither here nor there", "a {} like any other"],
}
OPTIONS = {
    "units": 8,
    "vector-size": 12,
    "dropout": 0.1,
    "epochs": 4,
    "patience": 4,
    "batch-size": 8,
    "learning-rate": 0.02,
    "average": 0.5,
    "seed": 3,
}


def rows():
    return [
        (saying.format(subject), label)
        for subject in SUBJECTS
        for label, sayings in SAYINGS.items()
        for saying in sayings
    ]


@pytest.fixture(scope="session")
def command():
    """Calls a command in this process, which has TensorFlow loaded already."""
    return call


@pytest.fixture(scope="session")
def training_options(tmp_path_factory):
    path = tmp_path_factory.mktemp("corpus") / "texts.tsv"
    lines = "".join(f"{label}\t{text}\n" for text, label in rows())
    path.write_text(f"label\ttext\n{lines}", encoding="utf-8")
    usual = [str(word) for name, value in OPTIONS.items() for word in (f"--{name}", value)]
    return ["--corpus", str(path), "--valid", "fold:4/6", "--test", "fold:5/6", *usual]


@pytest.fixture(scope="session")
def run(tmp_path_factory, training_options):
    """The folder of a finished run. Tests that change it take a copy."""
    folder = tmp_path_factory.mktemp("runs") / "run"
    result = call("train", *training_options, "--run", folder)
    assert result.status == 0, result.err
    return folder


@pytest.fixture(scope="session")
def classifier(run):
    from apps.sentiment.model.classifier import Classifier
    from gated.runs.folder import RunFolder

    return Classifier.load(RunFolder(run))
