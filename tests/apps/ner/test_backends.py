"""Training and evaluation where there is no TensorFlow."""

import csv
import json
import shutil

import pytest

from tests.apps.commands import without_tensorflow

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_without_tensorflow(training_options, tmp_path, backend):
    run = ["--run", tmp_path / "run"]
    few = ["--epochs", "4", "--json"]
    ((*_, trained),) = without_tensorflow(backend, "ner", ["train", *training_options, *few, *run])
    with (tmp_path / "run/history.csv").open() as file:
        losses = [float(row["loss"]) for row in csv.DictReader(file)]
    assert losses == sorted(losses, reverse=True)
    ((*_, evaluated),) = without_tensorflow(backend, "ner", ["evaluate", *run, "--json"])
    assert json.loads(evaluated)["f1"] == json.loads(trained)["f1"]


def test_scores_are_those_of_tensorflow(run, command, tmp_path):
    """Of the model that TensorFlow has trained."""
    run = shutil.copytree(run, tmp_path / "run")  # evaluations overwrite the metrics
    here = command("evaluate", "--run", run, "--json")
    ((*_, there),) = without_tensorflow("jax", "ner", ["evaluate", "--run", run, "--json"])
    assert json.loads(there) == json.loads(here.lines[-1])
