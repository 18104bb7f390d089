"""Training, evaluation, translation and scoring where there is no TensorFlow."""

import csv
import json

import pytest

from tests.apps.commands import without_tensorflow

pytestmark = pytest.mark.slow

TEXTS = ["The red dog sees the old cat.", "The zebra takes the white tree.", ""]


@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_without_tensorflow(run, command, training_options, tmp_path, backend):
    """Of the model that TensorFlow has trained, translations and scores are those of TensorFlow."""
    new = ["--run", tmp_path / "new"]
    few = ["--epochs", "3", "--json"]
    pairs = tmp_path / "pairs.tsv"
    pairs.write_text("".join(f"{text}\tLe chien Πλάτων zebra.\n" for text in TEXTS))
    predict = ["predict", "--run", run, "--format", "json", "--best", "3", *TEXTS]
    score = ["score", "--run", run, "--corpus", pairs, "--format", "json"]
    (*_, trained), (*_, evaluated), predicted, scored = without_tensorflow(
        backend,
        "translation",
        ["train", *training_options, *new, *few],
        ["evaluate", *new, "--json"],
        predict,
        score,
    )
    with (tmp_path / "new/history.csv").open() as file:
        losses = [float(row["val_loss"]) for row in csv.DictReader(file)]
    assert losses == sorted(losses, reverse=True)
    metrics = json.loads(trained)
    assert metrics["valid_loss"] == pytest.approx(losses[-1])
    for name, value in json.loads(evaluated).items():
        assert metrics[name] == (pytest.approx(value) if isinstance(value, float) else value)
    here = map(json.loads, command(*predict).lines)
    for one, other in zip(here, map(json.loads, predicted), strict=True):
        found, expected = one["translations"], other["translations"]
        assert [each["text"] for each in found] == [each["text"] for each in expected]
        for name in ("log_p", "score"):
            assert [x[name] for x in found] == pytest.approx([x[name] for x in expected], abs=1e-3)
    here = map(json.loads, command(*score).lines)
    for one, other in zip(here, map(json.loads, scored), strict=True):
        assert one["tokens"] == other["tokens"]
        assert one["token_log_p"] == pytest.approx(other["token_log_p"], abs=1e-3)
