"""Training, evaluation and prediction where there is no TensorFlow."""

import csv
import json

import pytest

from tests.apps.commands import without_tensorflow

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_without_tensorflow(training_options, tmp_path, backend):
    run = ["--run", tmp_path / "run"]
    trained = ["train", *training_options, *run, "--json"]
    ((*_, metrics),) = without_tensorflow(backend, "sentiment", trained)
    with (tmp_path / "run/history.csv").open() as file:
        losses = [float(row["val_loss"]) for row in csv.DictReader(file)]
    assert losses[-1] < losses[0]
    (*_, evaluated), _ = without_tensorflow(
        backend, "sentiment", ["evaluate", *run, "--json"], ["predict", *run, "--explain", "A song"]
    )
    assert json.loads(evaluated)["accuracy"] == json.loads(metrics)["accuracy"]


def test_probabilities_are_those_of_tensorflow(run, command):
    """Of the model that TensorFlow has trained, and its export's."""
    texts = ["I loved the qwzk", "the soup was neither here nor there", ""]
    options = ["--run", run, "--format", "json", *texts]
    here = command("predict", *options)
    (there,) = without_tensorflow("jax", "sentiment", ["predict", *options])
    for one, other in zip(here.lines, there, strict=True):
        one, other = (json.loads(line)["probabilities"] for line in (one, other))
        assert one == pytest.approx(other, abs=1e-5)
