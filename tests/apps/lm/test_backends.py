"""Training, judging and drawing where there is no TensorFlow."""

import csv
import json
from importlib.util import find_spec

import pytest

from tests.apps.commands import without_tensorflow


@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_without_tensorflow(training_options, tmp_path, backend):
    if not find_spec(backend):
        pytest.skip(f"{backend} is not installed")

    def run(command, *arguments):
        return without_tensorflow(backend, "lm", command, "--run", tmp_path / "run", *arguments)

    (metrics,) = map(json.loads, run("train", *training_options["words"], "--json")[-1:])
    with (tmp_path / "run/history.csv").open() as file:
        losses = [float(row["val_loss"]) for row in csv.DictReader(file)]
    assert losses[1] < losses[0]
    # A score and its model are the same afterwards.
    assert metrics["nats_per_token"] == pytest.approx(min(losses), abs=1e-5)
    dynamic = json.loads(run("evaluate", "--dynamic", "0.001", "--json")[-1])
    assert dynamic["nats_per_token"] < metrics["nats_per_token"]
    texts = [json.loads(line) for line in run("sample", "--samples", "2", "--json")]
    assert [text["i"] for text in texts] == [0, 1]
    scored = json.loads(run("score", "--format", "json", "The rain, again.")[0])
    assert scored["tokens"] == ["The", "rain", "￭,", "again", "￭.", "<EOS>"]
    assert scored["log_p"] == pytest.approx(sum(scored["token_log_p"]))
