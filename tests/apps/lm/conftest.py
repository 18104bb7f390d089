"""Models trained once, as a user trains them, and the commands to put to them."""

from functools import partial

import pytest

from tests.apps import commands

call = partial(commands.call, "lm")

TEXT = """\
The rain came in from the sea before noon,
and nobody at the inn went out again.
"Is it always so grey?" said the stranger.
"It is, in the autumn; in the spring it is green."

They sat by the fire and told of the sea,
of a ship that was lost on the rocks in the rain,
and a light that is seen, when the night is still,
where no one has lived for a hundred years.
"""
NAMES = """\
Ada Adele Agnes Alba Alma Anna Anton Basil Bella Bruno Carla Cleo Clara Conrad Dora Edgar Elena
Elsa Emil Enno Ernst Fanny Felix Flora Gerda Greta Hanna Hedda Hugo Ida Irma Jonas Karl Lena
Leo Lotte Magda Mina Nora Otto Paula Rosa Selma Theo Thekla Ursula Viktor Wanda
""".replace(" ", "\n")
OPTIONS = {
    "units": 16,
    "dropout": 0.2,
    "epochs": 2,
    "steps": 16,
    "batch-size": 4,
    "learning-rate": 0.02,
    "seed": 3,
}


@pytest.fixture(scope="session")
def command():
    """Calls a command in this process, which has TensorFlow loaded already."""
    return call


@pytest.fixture(scope="session")
def training_options(tmp_path_factory):
    """The options of each run but its folder."""
    folder = tmp_path_factory.mktemp("corpus")
    (folder / "text.txt").write_text(TEXT, encoding="utf-8")
    (folder / "names.txt").write_text(NAMES, encoding="utf-8")
    usual = [str(word) for name, value in OPTIONS.items() for word in (f"--{name}", value)]
    text = ["--corpus", str(folder / "text.txt"), "--valid", "0.2", "--depth", "2"]
    names = ["--corpus", str(folder / "names.txt"), "--valid", "fold:8/10", "--test", "fold:9/10"]
    # All that a recipe for words may have, at once.
    words = ["--level", "word", "--recipe", "awd", "--vector-size", "12", "--average", "0.8"]
    words += [*usual, "--candidates", "4", "--steps", "4", "--min-count", "2"]
    words += ["--weight-dropout", "0.2", "--activation-penalty", "0.1"]
    return {
        "text": [*text, *usual],
        "names": [*names, "--items", "--layer", "gru", *usual],
        "words": [*text, *words],
    }


@pytest.fixture(scope="session")
def runs(tmp_path_factory, training_options):
    """The folders of finished runs on a text, its words, and names. Tests that change them copy."""
    folders = {}
    for name, options in training_options.items():
        folders[name] = tmp_path_factory.mktemp("runs") / name
        result = call("train", *options, "--run", folders[name])
        assert result.status == 0, result.err
    return folders


@pytest.fixture(scope="session")
def run(runs):
    return runs["text"]


@pytest.fixture(scope="session")
def language_model(run):
    from apps.lm.model.language_model import LanguageModel
    from gated.runs.folder import RunFolder

    return LanguageModel.load(RunFolder(run))
