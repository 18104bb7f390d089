"""A translator trained once, as a user trains it, and the commands that tests call."""

from functools import partial
from itertools import product

import pytest

from tests.apps import commands

call = partial(commands.call, "translation")

# A language whose words are those of another in another order: adjectives come last.
NOUNS = {"dog": "chien", "cat": "chat", "book": "livre", "boat": "bateau", "tree": "arbre"}
COLOURS = {"red": "rouge", "black": "noir", "white": "blanc", "old": "vieux"}
VERBS = {"sees": "voit", "likes": "aime", "takes": "prend"}
OPTIONS = {
    "level": "subword",
    "units": 32,
    "vector-size": 24,
    "dropout": 0.1,
    "embedding-dropout": 0,
    "vocabulary": 100,
    "batch-tokens": 512,
    "epochs": 20,
    "patience": 20,
    "learning-rate": 0.02,
    "average": 0.9,
    "seed": 3,
}


def pairs():
    for (a, un), (red, rouge), (sees, voit), (b, deux), (old, vieux) in product(
        NOUNS.items(), COLOURS.items(), VERBS.items(), NOUNS.items(), COLOURS.items()
    ):
        yield f"The {red} {a} {sees} the {old} {b}.", f"Le {un} {rouge} {voit} le {deux} {vieux}."


@pytest.fixture(scope="session")
def command():
    """Calls a command in this process, which has its backend loaded already."""
    return call


@pytest.fixture(scope="session")
def training_options(tmp_path_factory):
    folder = tmp_path_factory.mktemp("corpus")
    sides = zip(*list(pairs())[::3], strict=True)
    for name, texts in zip(("en", "fr"), sides, strict=True):
        (folder / f"all.{name}").write_text("".join(f"{text}\n" for text in texts))
    usual = [str(word) for name, value in OPTIONS.items() for word in (f"--{name}", value)]
    corpus = ["--corpus", str(folder / "all.en"), str(folder / "all.fr")]
    return [*corpus, "--valid", "fold:4/6", "--test", "fold:5/6", *usual]


@pytest.fixture(scope="session")
def run(tmp_path_factory, training_options):
    """The folder of a finished run. Tests that change it take a copy."""
    folder = tmp_path_factory.mktemp("runs") / "run"
    result = call("train", *training_options, "--run", folder)
    assert result.status == 0, result.err
    return folder


@pytest.fixture(scope="session")
def translator(run):
    from apps.translation.model.translator import Translator
    from gated.runs.folder import RunFolder

    return Translator.load(RunFolder(run))
