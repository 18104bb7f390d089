"""Training, evaluation and prediction where there is no TensorFlow."""

import csv
import json

import pytest

from tests.apps.commands import without_tensorflow

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_without_tensorflow(run, command, training_options, tmp_path, backend):
    """Of the model that TensorFlow has trained, the probabilities are those of TensorFlow."""
    new = ["--run", tmp_path / "new"]
    texts = ["I loved the qwzk", "the soup was neither here nor there", ""]
    predict = ["predict", "--run", run, "--format", "json", *texts]
    (*_, metrics), (*_, evaluated), _, there = without_tensorflow(
        backend,
        "sentiment",
        ["train", *training_options, *new, "--json"],
        ["evaluate", *new, "--json"],
        ["predict", *new, "--explain", "A song"],
        predict,
    )
    with (tmp_path / "new/history.csv").open() as file:
        losses = [float(row["val_loss"]) for row in csv.DictReader(file)]
    assert losses[-1] < losses[0]
    assert json.loads(evaluated)["accuracy"] == json.loads(metrics)["accuracy"]
    for one, other in zip(command(*predict).lines, there, strict=True):
        one, other = (json.loads(line)["probabilities"] for line in (one, other))
        assert one == pytest.approx(other, abs=1e-5)
