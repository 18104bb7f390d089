"""The application that docs/adding-an-application.md adds, by the commands that it then has."""

import json
import subprocess
import sys

import keras
import numpy as np
import pytest

import gated.layers
from tests.apps.brackets.config import Config
from tests.apps.brackets.model.network import build_model
from tests.apps.brackets.reading.sets import load
from tests.apps.commands import IN_THE_FIRST_EPOCH, call, kill

APP = "tests.apps.brackets"
_SERVE = """
import json, sys
import tensorflow as tf
served = tf.saved_model.load(sys.argv[1]).signatures["serving_default"]
found = served(text=tf.constant(["()", "))((", ""]))["probability"]
print(json.dumps(found.numpy().tolist()))
"""


def read_json(path):
    return json.loads(path.read_text(encoding="utf-8"))


def approximately(metrics):
    """Sums in another order round differently."""
    return {
        name: pytest.approx(value, rel=1e-3) if isinstance(value, float) else value
        for name, value in metrics.items()
    }


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("brackets") / "run"
    result = call(APP, "train", "--test", "fold:3/4", "--json", "--run", folder)
    assert (result.status, result.err) == (0, "")
    return folder, json.loads(result.lines[-1])


@pytest.fixture(scope="module")
def run(trained):
    return trained[0]


def test_train(trained):
    run, metrics = trained
    assert read_json(run / "metrics.json") == metrics
    assert metrics["set"] == "test"
    assert metrics["accuracy"] > 0.9  # a third of the texts balance
    assert {path.name for path in run.iterdir()} >= {"config.json", "model.keras", "history.csv"}


def test_evaluate(trained, tmp_path):
    run, expected = trained
    expected = {name: value for name, value in expected.items() if name != "valid_loss"}
    result = call(APP, "evaluate", "--run", run, "--json")
    assert json.loads(result.lines[-1]) == approximately(expected)
    (tmp_path / "own.tsv").write_text("()()\tyes\n)(\tno\n")
    result = call(APP, "evaluate", "--run", run, "--corpus", tmp_path / "own.tsv", "--json")
    metrics = json.loads(result.lines[-1])
    assert (metrics["set"], metrics["texts"]) == (str(tmp_path / "own.tsv"), 2)


def test_predict(run, tmp_path):
    (tmp_path / "some.jsonl").write_text('{"id": 7, "text": "(())"}\n')
    out = tmp_path / "found.jsonl"
    options = ["--file", tmp_path / "some.jsonl", "--format", "json", "--out", out]
    assert call(APP, "predict", "--run", run, *options).out == ""
    found = json.loads(out.read_text())
    assert found["id"] == 7 and found["probability"] > 0.5


def test_export(run):
    assert call(APP, "export", "--run", run).status == 0
    process = [sys.executable, "-c", _SERVE, str(run / "export/1")]
    done = subprocess.run(process, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr[-2000:]
    model = keras.models.load_model(run / "model.keras")
    expected = model(np.array([[1, 2, 0, 0], [2, 2, 1, 1], [0, 0, 0, 0]]))[:, 0]
    np.testing.assert_allclose(json.loads(done.stdout), expected, atol=1e-6)


def test_several_seeds(tmp_path):
    options = ["--seeds", 2, "--epochs", 1, "--json", "--run", tmp_path / "run"]
    result = call(APP, "train", *options)
    summary = json.loads(result.lines[-1])
    each = [read_json(tmp_path / f"run/seed-{seed}/metrics.json") for seed in (1, 2)]
    accuracies = [one["accuracy"] for one in each]
    assert summary["accuracy"] == pytest.approx(np.mean(accuracies))
    assert summary["accuracy_deviation"] == pytest.approx(np.std(accuracies, ddof=1))
    assert [summary["accuracy_least"], summary["accuracy_greatest"]] == sorted(accuracies)
    assert (tmp_path / "run/model.keras").is_file()


def test_a_training_that_was_killed_starts_again(trained, tmp_path):
    options = ["--test", "fold:3/4", "--run", tmp_path / "run"]
    kill(APP, IN_THE_FIRST_EPOCH, *options)
    assert call(APP, "train", *options).status == 0
    assert read_json(tmp_path / "run/metrics.json") == approximately(trained[1])


@pytest.mark.parametrize(
    ("options", "status", "start"),
    [
        ("--corpus no.tsv", 1, "no.tsv: no such file"),
        ("--valid 2", 2, "--valid 2: expected a share"),
        (
            "--valid fold:0/1",
            1,
            "the short texts: of 197 texts none is left to train on",
        ),
        ("--units 0", 2, "--units 0: expected at least 1"),
        ("--layer gru --peepholes previous", 2, "--peepholes goes with --layer lstm, not gru"),
        ("--weight-dropout 1", 2, "--weight-dropout 1.0: expected a share from 0 to less than 1"),
    ],
)
def test_bad_input(tmp_path, monkeypatch, options, status, start):
    monkeypatch.chdir(tmp_path)
    result = call(APP, "train", *options.split())
    assert (result.status, result.out) == (status, "")
    assert result.err.startswith(f"error: {start}") and result.err.count("\n") == 1
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("layer", "kind", "option"),
    [
        ("lstm", gated.layers.LSTM, {"peepholes": False}),
        ("gru", gated.layers.GRU, {"relevance_gate": True}),
        ("gru-simplified", gated.layers.GRU, {"relevance_gate": False}),
        ("simple-rnn", gated.layers.SimpleRNN, {}),
    ],
)
def test_layers(layer, kind, option):
    model = build_model(Config(layer=layer, weight_dropout=0.25))
    (found,) = (one for one in model.layers if isinstance(one, kind))
    assert found.get_config().items() >= {**option, "units": 16, "weight_dropout": 0.25}.items()


@pytest.mark.parametrize(("option", "expected"), [("yes", True), ("previous", "previous")])
def test_peepholes(option, expected):
    model = build_model(Config(peepholes=option))
    (found,) = (one for one in model.layers if isinstance(one, gated.layers.LSTM))
    assert found.peepholes == expected


def test_shares_and_folds_are_of_each_class():
    corpus = load(Config(valid=("0.25",), test=("fold:1/2",)))
    assert [sum(text.balanced for text in part) for part in (corpus.valid, corpus.test)] == [16, 32]
    assert [len(part) for part in (corpus.valid, corpus.test)] == [16 + 33, 32 + 66]
    assert len({*corpus.train, *corpus.valid, *corpus.test}) == 197
