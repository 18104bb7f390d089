"""A search with a language model, and how much that is to count."""

import json

import numpy as np
import pytest

from tests.apps import commands
from tests.apps.speech.conftest import WORDS

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def language_model(tmp_path_factory):
    """Of characters; it knows the words and expects few others."""
    folder = tmp_path_factory.mktemp("lm")
    rng = np.random.default_rng(0)
    lines = [" ".join(rng.choice(WORDS, rng.integers(1, 4))) for _ in range(400)]
    (folder / "text.txt").write_text("".join(f"{line}\n" for line in lines))
    options = "--level char --valid 0.1 --units 24 --depth 1 --epochs 4 --steps 32 --batch-size 4"
    options += " --learning-rate 0.01"
    result = commands.call(
        "lm", "train", "--corpus", folder / "text.txt", *options.split(), "--run", folder / "run"
    )
    assert result.status == 0, result.err
    return folder / "run"


def test_tuning(run, command, songs, language_model):
    """What it finds of a weight and a bonus is what evaluate finds with them."""
    given = ["--run", run, "--language-model", language_model, "--beams", "4", "--json"]
    corpus = ["--corpus", songs / "all.jsonl"]
    tried = ["--weights", "0", "0.5", "--bonuses", "0", "1.5"]
    result = command("tune", *given, *corpus, *tried)
    assert result.status == 0, result.err
    best = json.loads(result.lines[-1])
    assert result.lines[-2] == f"best: --weight {best['weight']:g} --bonus {best['bonus']:g}"
    options = ["--weight", best["weight"], "--bonus", best["bonus"]]
    found = json.loads(command("evaluate", *given, *corpus, *options).lines[-1])
    assert (found["wer"], found["cer"]) == (best["wer"], best["cer"])
    alone = json.loads(command("evaluate", "--run", run, *corpus, "--json").lines[-1])
    assert best["wer"] <= alone["wer"]


def test_without_a_language_model(run, command):
    result = command("tune", "--run", run)
    line = "error: expected --language-model, whose weight is to be found\n"
    assert (result.status, result.err) == (2, line)
