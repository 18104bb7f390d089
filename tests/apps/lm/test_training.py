"""Training: what it leaves, twice the same, cut off and gone on with."""

import csv
import json
import math
import shutil
import signal

import keras
import numpy as np
import pytest
import tensorflow as tf

from apps.lm.config import Config
from apps.lm.model import fitting
from apps.lm.model.language_model import LanguageModel
from apps.lm.model.network import build_model
from gated.runs.folder import RunFolder
from gated.training.checkpoint import Progress
from tests.apps.commands import IN_THE_FIRST_EPOCH, kill

FILES = {"config.json", "tokens.txt", "model.keras", "metrics.json", "history.csv", "logs"}


def names(folder):
    return {path.name for path in folder.iterdir()}


def read_json(path):
    return json.loads(path.read_text(encoding="utf-8"))


def weights(folder):
    return keras.models.load_model(folder / "model.keras").get_weights()


def rows(folder):
    with (folder / "history.csv").open() as file:
        return list(csv.DictReader(file))


def same(one, other):
    return all((a == b).all() for a, b in zip(weights(one), weights(other), strict=True))


@pytest.mark.parametrize("kind", ["text", "names", "words"])
def test_run_folder(runs, kind):
    run = runs[kind]
    assert names(run) == FILES
    config = read_json(run / "config.json")
    assert (config["units"], config["clip"], config["seed"]) == (16, 1.0, 3)
    assert config["average"] == (0.8 if kind == "words" else 0)
    assert config["weight_dropout"] == (0.2 if kind == "words" else 0)
    assert {"gated", "keras", "tensorflow", "numpy", "python"} <= set(config["versions"])
    metrics = read_json(run / "metrics.json")
    assert metrics["set"] == ("test" if kind == "names" else "valid")
    epochs = rows(run)
    assert [row["epoch"] for row in epochs] == ["0", "1"]
    assert float(epochs[1]["val_loss"]) < float(epochs[0]["val_loss"])
    tokens = len((run / "tokens.txt").read_text(encoding="utf-8").splitlines()) + 2
    assert metrics["nats_per_token"] < math.log(tokens) - 0.05  # it has learned something
    if kind != "names":
        least = min(float(row["val_loss"]) for row in epochs)
        assert metrics["nats_per_token"] == pytest.approx(least, abs=1e-5)


def test_same_seed_same_run(runs, command, training_options, tmp_path):
    options = training_options["names"]
    assert command("train", *options, "--run", tmp_path / "same").status == 0
    for name in ("metrics.json", "history.csv", "tokens.txt"):
        assert (tmp_path / "same" / name).read_bytes() == (runs["names"] / name).read_bytes()
    assert same(tmp_path / "same", runs["names"])
    assert command("train", *options, "--seed", 4, "--run", tmp_path / "other").status == 0
    assert not same(tmp_path / "other", runs["names"])


class CutOff(Exception):
    pass


@pytest.fixture
def cut_off(command, training_options, tmp_path, monkeypatch):
    """Trains until an epoch has ended, and something happens."""

    def train(kind, after=0, happen=None):
        def end(progress, epoch, logs=None):
            whole(progress, epoch, logs)
            if epoch == after:
                if happen is None:
                    raise CutOff
                happen()

        whole = Progress.on_epoch_end
        with monkeypatch.context() as patch:
            patch.setattr(Progress, "on_epoch_end", end)
            try:
                return command("train", *training_options[kind], "--run", tmp_path / "run")
            except CutOff:
                return None

    return train


@pytest.mark.parametrize(("kind", "after"), [("text", 0), ("text", 1), ("names", 0), ("words", 0)])
@pytest.mark.slow
def test_going_on_ends_as_if_not_cut_off(
    runs, cut_off, command, training_options, tmp_path, kind, after
):
    run = tmp_path / "run"
    assert cut_off(kind, after) is None
    assert names(run) == FILES - {"metrics.json", "model.keras"} | {"checkpoint"}
    result = command("train", *training_options[kind], "--run", run)
    assert (result.status, result.err) == (0, "")
    assert ("Epoch 1/2" in result.out, "Epoch 2/2" in result.out) == (False, after == 0)
    assert names(run) == FILES
    assert same(run, runs[kind])
    assert (run / "metrics.json").read_bytes() == (runs[kind] / "metrics.json").read_bytes()


@pytest.mark.parametrize(
    ("moment", "repeated"),
    [
        ("apps.lm.model.fitting.build_model", True),
        (IN_THE_FIRST_EPOCH, True),
        ("apps.lm.model.scores.score", False),
    ],
)
def test_killed_before_the_first_epoch_is_saved_or_after_the_last(
    runs, command, training_options, tmp_path, moment, repeated
):
    run = tmp_path / "run"
    options = [*training_options["names"], "--run", run]
    kill("lm", moment, *options)
    other = command("train", *options, "--dropout", 0.3)
    assert (other.status, "was cut off with --dropout 0.2, not 0.3" in other.err) == (2, True)
    result = command("train", *options)
    assert (result.status, result.err) == (0, "")
    assert ("Epoch 1/2" in result.out, "Epoch 2/2" in result.out) == (repeated, repeated)
    assert names(run) == FILES
    assert same(run, runs["names"])
    for name in ("metrics.json", "history.csv"):
        assert (run / name).read_bytes() == (runs["names"] / name).read_bytes()


def test_interrupt(runs, cut_off, command, training_options, tmp_path):
    run = tmp_path / "run"
    result = cut_off("text", happen=lambda: signal.raise_signal(signal.SIGINT))
    assert (result.status, result.err) == (130, "interrupted\n")
    assert names(run) == FILES - {"metrics.json", "model.keras"} | {"checkpoint"}
    assert len(rows(run)) == 1

    # With other options, or another text, it does not go on.
    before = {path: path.read_bytes() for path in run.rglob("*") if path.is_file()}
    other = command("train", *training_options["text"], "--run", run, "--dropout", 0.3)
    assert other.status == 2
    assert other.err == (
        f"error: {run}: was cut off with --dropout 0.2, not 0.3; go on with that, or name another "
        "--run\n"
    )
    corpus = shutil.copy(training_options["text"][1], tmp_path / "text.txt")
    with open(corpus, "r+", encoding="utf-8") as file:
        file.write("ÖÖÖ")
    config = read_json(run / "config.json")
    (run / "config.json").write_text(json.dumps({**config, "corpus": [str(corpus)]}))
    options = ["--corpus", corpus, *training_options["text"][2:]]
    other = command("train", *options, "--run", run)
    assert (other.status, other.err.count("\n")) == (2, 1)
    assert other.err.startswith(f"error: {run}: was cut off with other text to train on")
    (run / "config.json").write_bytes(before[run / "config.json"])
    assert {path: path.read_bytes() for path in run.rglob("*") if path.is_file()} == before

    assert command("train", *training_options["text"], "--run", run).status == 0
    assert same(run, runs["text"])
    assert [row["epoch"] for row in rows(run)] == ["0", "1"]


@pytest.mark.parametrize("number, used", [(4, True), (0, False), (4096, False)])
def test_a_sample_only_of_a_large_vocabulary(
    command, training_options, tmp_path, monkeypatch, number, used
):
    given = []

    def spy(model, config, candidates):
        given.append(candidates)
        raise CutOff

    monkeypatch.setattr(fitting, "Streams", spy)
    with pytest.raises(CutOff):
        command(
            "train", *training_options["words"], "--candidates", number, "--run", tmp_path / "run"
        )
    (candidates,) = given
    assert (candidates is not None) == used
    if used:
        assert candidates.number == number
        # Padding never comes, <UNK> more often than any word.
        assert candidates.inclusion[0] < candidates.inclusion[1] == candidates.inclusion.max()


def test_a_sample_of_the_vocabulary_for_items(command, training_options, tmp_path):
    """Each line is a text of its own there, padded."""
    run = tmp_path / "run"
    result = command("train", *training_options["names"], "--candidates", 16, "--run", run)
    assert result.status == 0, result.err
    epochs = rows(run)
    assert float(epochs[1]["val_loss"]) < float(epochs[0]["val_loss"])


def test_rare_tokens(command, training_options, tmp_path):
    """However rare, a line's end is known."""
    run = tmp_path / "run"
    options = ["--level", "word", "--min-count", 50, "--epochs", 1, "--steps", 4]
    result = command("train", *training_options["names"], *options, "--run", run)
    assert result.status == 0, result.err
    assert [line[:6] for line in (run / "tokens.txt").read_text().splitlines()] == ["<EOS>\t"]
    assert "bits_per_character" not in read_json(run / "metrics.json")


@pytest.mark.slow
def test_several_seeds(command, training_options, tmp_path):
    own = tmp_path / "run"
    options = [*training_options["names"], "--epochs", 1, "--seeds", 2, "--json", "--run", own]
    result = command("train", *options)
    assert result.status == 0, result.err
    metrics = read_json(own / "metrics.json")
    assert json.loads(result.lines[-1]) == metrics
    each = {seed: read_json(own / f"seed-{seed}" / "metrics.json") for seed in (3, 4)}
    for name in ("nats_per_token", "perplexity", "bits_per_character", "valid_loss"):
        values = [one[name] for one in each.values()]
        assert metrics[name] == pytest.approx(np.mean(values))
        assert metrics[f"{name}_least"] == min(values) < max(values)
    assert metrics["best"] == min(each, key=lambda seed: each[seed]["valid_loss"])
    assert same(own, own / f"seed-{metrics['best']}")
    assert command("score", "--run", own, "Ada").status == 0


@pytest.mark.slow
@pytest.mark.parametrize("precision", ["mixed_float16"])
def test_mixed_precision(command, training_options, tmp_path, precision):
    """The losses are those of the same weights in float32, nearly; states and export work."""
    run = tmp_path / "run"
    options = [*training_options["words"], "--precision", precision]
    result = command("train", *options, "--run", run)
    assert result.status == 0, result.err
    losses = [float(row["val_loss"]) for row in rows(run)]
    assert losses[1] < losses[0]
    assert keras.config.dtype_policy().name == "float32"

    mixed = LanguageModel.load(RunFolder(run))
    assert mixed.model.get_layer("deep").compute_dtype == precision.removeprefix("mixed_")
    tensors = [*mixed.model.weights, *mixed.model.outputs]
    assert {one.dtype for one in tensors if "seed" not in one.name} == {"float32"}
    config = RunFolder(run).load_config(Config)
    whole = LanguageModel(mixed.codec, build_model(len(mixed.codec), config))
    whole.model.set_weights(mixed.model.get_weights())
    text = "The rain came in from the sea, and a light is seen."
    (tokens, log_p), (_, expected) = (*mixed.score_lines([text]), *whole.score_lines([text]))
    np.testing.assert_allclose(log_p, expected, atol=0.02)
    assert command("sample", "--run", run, "--samples", 2, "--length", 9).status == 0

    assert command("export", "--run", run).status == 0
    endpoints = tf.saved_model.load(run / "export" / "1").signatures
    found = endpoints["score"](text=tf.constant([text]))["token_log_p"][0]
    np.testing.assert_allclose(found[: len(tokens)], log_p, atol=0.02)
