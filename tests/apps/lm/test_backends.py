"""Training, scoring and drawing where there is no TensorFlow."""

import csv
import json

import pytest

from tests.apps.commands import without_tensorflow

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_without_tensorflow(training_options, tmp_path, backend):
    run = ["--run", tmp_path / "run"]
    (*_, metrics), (*_, dynamic), texts, (scored, *_) = without_tensorflow(
        backend,
        "lm",
        ["train", *training_options["words"], *run, "--json"],
        ["evaluate", *run, "--dynamic", "0.001", "--json"],
        ["sample", *run, "--samples", "2", "--json"],
        ["score", *run, "--format", "json", "The rain, again."],
    )
    metrics = json.loads(metrics)
    with (tmp_path / "run/history.csv").open() as file:
        losses = [float(row["val_loss"]) for row in csv.DictReader(file)]
    assert losses[1] < losses[0]
    # A score and its model are the same afterwards.
    assert metrics["nats_per_token"] == pytest.approx(min(losses), abs=1e-5)
    assert json.loads(dynamic)["nats_per_token"] < metrics["nats_per_token"]
    assert [json.loads(text)["i"] for text in texts] == [0, 1]
    scored = json.loads(scored)
    assert scored["tokens"] == ["The", "rain", "￭,", "again", "￭.", "<EOS>"]
    assert scored["log_p"] == pytest.approx(sum(scored["token_log_p"]))
