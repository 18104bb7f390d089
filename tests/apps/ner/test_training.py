"""Training from the command line: what it leaves, twice the same, and cut short."""

import csv
import json
import signal
import time

import keras
import numpy as np
import pytest

from apps.ner.conll import Sentence
from apps.ner.fitting import ValidationF1

FILES = {
    "config.json",
    "words.txt",
    "characters.txt",
    "tags.txt",
    "model.keras",
    "metrics.json",
    "history.csv",
    "logs",
}


def names(folder):
    return {path.name for path in folder.iterdir()}


def read_json(path):
    return json.loads(path.read_text(encoding="utf-8"))


def test_run_folder(twins):
    folders, results = twins
    for folder, result in zip(folders, results, strict=True):
        assert (result.status, result.err) == (0, "")
        assert names(folder) - {"export"} == FILES
        assert list(folder.glob("logs/*/events.out.tfevents.*"))


def test_config(run, tiny):
    config = read_json(run / "config.json")
    assert config["corpus"] == config["valid"] == [str(tiny)]
    assert (config["units"], config["learning_rate"], config["seed"]) == (16, 0.02, 3)
    assert {"gated", "keras", "tensorflow", "numpy", "python"} <= set(config["versions"])


def test_metrics(twins):
    (folder, _), (result, _) = twins
    metrics = read_json(folder / "metrics.json")
    assert json.loads(result.lines[-1]) == metrics
    assert (metrics["set"], metrics["sentences"], metrics["support"]) == ("valid", 40, 59)
    assert metrics["f1"] > 0.2  # it has learned something, and a wrong tag would show

    # The weights kept are those of the best epoch.
    with (folder / "history.csv").open() as file:
        epochs = list(csv.DictReader(file))
    assert [row["epoch"] for row in epochs] == [str(i) for i in range(20)]
    assert max(float(row["val_f1"]) for row in epochs) == pytest.approx(metrics["f1"])
    assert float(epochs[-1]["loss"]) < float(epochs[0]["loss"])


def test_same_seed_same_metrics(twins):
    (one, two), _ = twins
    for name in ("metrics.json", "history.csv", "words.txt", "characters.txt", "tags.txt"):
        assert (one / name).read_bytes() == (two / name).read_bytes()


class ToldTagger:
    """Tags as it is told, a list an epoch."""

    def __init__(self, *epochs):
        self.epochs = iter(epochs)

    def tag_sentences(self, sentences):
        return [next(self.epochs)]


def test_the_weights_kept_are_the_best(tmp_path):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
    right, wrong, half = ["B-A", "B-A"], ["O", "O"], ["B-A", "O"]
    path = tmp_path / "best.weights.h5"
    callback = ValidationF1(
        ToldTagger(wrong, half, right, half, right), [Sentence(("a", "b"), tuple(right))], path
    )
    callback.set_model(model)
    scores = []
    for epoch in range(5):
        model.set_weights([np.full((1, 1), epoch)])
        callback.on_epoch_end(epoch, logs := {})
        scores.append(logs["val_f1"])
        assert path.exists()  # even the first is better than nothing
    assert scores == pytest.approx([0, 2 / 3, 1, 2 / 3, 1])
    model.load_weights(path)
    assert model.get_weights()[0] == 2  # the first of the two that are right


def wait_for(condition, process):
    for _ in range(1200):
        if condition():
            return
        assert process.poll() is None, process.communicate()
        time.sleep(0.1)
    raise AssertionError("waited for two minutes")


@pytest.mark.parametrize("stage", ["import", "first epoch"])
def test_interrupt_before_the_first_epoch_ends(tmp_path, process, training_options, stage):
    start, finish = process
    run = tmp_path / "run"
    training = start("train", *training_options, "--run", run)
    wait_for(run.exists, training)
    if stage == "first epoch":
        for line in training.stdout:
            if line.startswith("Epoch 1/"):
                break
    training.send_signal(signal.SIGINT)
    result = finish(training)
    assert (result.status, result.err) == (130, "interrupted\n")
    assert not run.exists()


def test_interrupt_after_an_epoch(tmp_path, process, training_options, command):
    start, finish = process
    run = tmp_path / "run"
    history = run / "history.csv"
    long = ["--epochs", "10000", "--patience", "10000"]
    training = start("train", *training_options, *long, "--run", run)
    wait_for(lambda: history.exists() and history.read_text().count("\n") > 3, training)
    assert (run / "checkpoint").is_dir()
    training.send_signal(signal.SIGINT)
    result = finish(training)
    assert (result.status, result.err) == (130, "interrupted\n")
    assert f"{run} holds the best epoch so far." in result.lines[-1]
    assert names(run) == FILES - {"metrics.json"}

    evaluated = command("evaluate", "--run", run, "--json")
    assert evaluated.status == 0
    with history.open() as file:
        best = max(float(row["val_f1"]) for row in csv.DictReader(file))
    assert json.loads(evaluated.lines[-1])["f1"] == pytest.approx(best)
