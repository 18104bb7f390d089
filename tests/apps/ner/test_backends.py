"""Training and evaluation where there is no TensorFlow."""

import csv
import json
import shutil

import pytest

from tests.apps.commands import without_tensorflow

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_without_tensorflow(run, command, training_options, tmp_path, backend):
    """Of the model that TensorFlow has trained, the scores are those of TensorFlow."""
    own = shutil.copytree(run, tmp_path / "own")  # evaluations overwrite the metrics
    new = ["--run", tmp_path / "new"]
    few = ["--epochs", "3", "--json"]
    (*_, trained), (*_, evaluated), (*_, there) = without_tensorflow(
        backend,
        "ner",
        ["train", *training_options, *few, *new],
        ["evaluate", *new, "--json"],
        ["evaluate", "--run", own, "--json"],
    )
    with (tmp_path / "new/history.csv").open() as file:
        losses = [float(row["loss"]) for row in csv.DictReader(file)]
    assert losses == sorted(losses, reverse=True)
    assert json.loads(evaluated)["f1"] == json.loads(trained)["f1"]
    here = command("evaluate", "--run", own, "--json")
    assert json.loads(there) == json.loads(here.lines[-1])
