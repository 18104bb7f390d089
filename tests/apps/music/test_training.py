"""Training from the command line: what it leaves, cut short, and of each kind."""

import csv
import json
import statistics

import keras
import numpy as np
import pytest
import tensorflow as tf

from apps.music.config import Config
from apps.music.model.composer import Composer
from apps.music.model.request import Request
from apps.music.model.scores import score
from apps.music.reading.sets import load
from apps.music.showing.midi import write_midi
from gated.runs.folder import RunFolder
from gated.training import fitting
from tests.apps.music.conftest import tune


def test_train_leaves_a_run(runs, corpus):
    folder = RunFolder.open(runs["joint"])
    metrics = folder.load_json(folder.metrics)
    assert metrics["set"] == "test" and metrics["pieces"] == 2
    assert metrics["frames"] == 2 * 36
    assert 0 < metrics["nats_per_frame"] < 100 and 0 <= metrics["frame_accuracy"] <= 1
    assert folder.load_json(folder.config)["peepholes"] == "yes"
    with folder.history.open() as file:
        epochs = list(csv.DictReader(file))
    columns = ["epoch", "gradient_norm", "loss", "val_accuracy", "val_loss"]
    assert list(epochs[0]) == columns
    assert len(epochs) == 2
    assert metrics["valid_loss"] == pytest.approx(min(float(one["val_loss"]) for one in epochs))
    assert not folder.checkpoint.exists()


@pytest.mark.slow
def test_goes_on_where_it_was_cut_off(
    command, training_options, corpus, runs, tmp_path, monkeypatch
):
    """With the result that it would have had."""

    class CutOff(fitting.Progress):
        def on_epoch_end(self, epoch, logs=None):
            super().on_epoch_end(epoch, logs)
            raise KeyboardInterrupt

    monkeypatch.setattr(fitting, "Progress", CutOff)
    options = ["train", *training_options["joint"], "--run", tmp_path / "run"]
    assert command(*options).status == 130
    assert RunFolder(tmp_path / "run").is_cut_off()
    monkeypatch.undo()
    assert command(*options, "--epochs", 3).status == 2
    extra = corpus / "tune99.mid"
    write_midi(tune(4), extra)
    other = command(*options)
    extra.unlink()
    assert other.status == 2 and "was cut off with other pieces to train on" in other.err
    assert command(*options).status == 0
    models = [
        keras.saving.load_model(folder / "model.keras")
        for folder in (tmp_path / "run", runs["joint"])
    ]
    for a, b in zip(*(model.get_weights() for model in models), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize(
    "options, problem",
    [
        (["--grid", 0], "--grid 0: expected 1 to 24"),
        (["--grid", 25], "--grid 25: expected 1 to 24"),
        (["--transpose", 12], "--transpose 12: expected 0 to 11"),
        (["--dropout", 1], "--dropout 1.0: expected a share"),
        (["--steps", 0], "--steps 0: expected at least 1"),
        (["--layer", "gru", "--peepholes", "yes"], "--peepholes goes with --layer lstm"),
    ],
)
def test_bad_options_to_train(command, corpus, tmp_path, options, problem):
    run = tmp_path / "run"
    result = command("train", "--corpus", corpus, "--run", run, *options)
    assert result.status == 2
    assert problem in result.err
    assert not run.exists()


@pytest.mark.slow
def test_several_seeds(command, training_options, tmp_path):
    run = RunFolder(tmp_path / "run")
    seeds = ["--epochs", 1, "--seeds", 2, "--json"]
    result = command("train", *training_options["independent"], *seeds, "--run", run.path)
    assert result.status == 0, result.err
    summary = json.loads(result.lines[-1])
    assert summary == run.load_json(run.metrics)
    found = [run.load_json(run.path / f"seed-{seed}" / "metrics.json") for seed in (3, 4)]
    losses = [one["nats_per_frame"] for one in found]
    assert summary["nats_per_frame"] == pytest.approx(statistics.mean(losses))
    best = min(found, key=lambda one: one["valid_loss"])
    assert summary["valid_loss_least"] == best["valid_loss"]
    composer = Composer.load(RunFolder.open(run.path))
    assert not composer.joint
    of_best = run.path / f"seed-{summary['best']}" / "model.keras"
    assert run.model.read_bytes() == of_best.read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("precision", "kind"), [("mixed_float16", "joint"), ("mixed_bfloat16", "independent")]
)
def test_mixed_precision(command, training_options, tmp_path, precision, kind):
    options = [*training_options[kind], "--precision", precision, "--average", 0.5, "--epochs", 1]
    result = command("train", *options, "--run", tmp_path / "run")
    assert result.status == 0, result.err
    run = RunFolder.open(tmp_path / "run")
    composer = Composer.load(run)
    layers = [composer.model.get_layer("deep"), composer.notes, composer.notes.to_keys]
    assert {layer.compute_dtype for layer in layers} == {precision.removeprefix("mixed_")}
    assert {weight.dtype for weight in composer.model.weights} == {"float32"}
    assert {output.dtype for output in composer.model.outputs} == {"float32"}
    assert keras.config.dtype_policy().name == "float32"

    # Loaded, it predicts as it did when it was trained; and exported.
    pieces = load(run.load_config(Config)).test
    metrics = run.load_json(run.metrics)
    found = score(composer, pieces)["nats_per_frame"]
    assert found == pytest.approx(metrics["nats_per_frame"], rel=1e-4)
    result = command("export", "--run", run.path)
    assert result.status == 0, result.err
    signatures = tf.saved_model.load(run.export).signatures
    frames, positions = (
        tf.constant(np.stack([getattr(piece, name) for piece in pieces]), tf.int32)
        for name in ("frames", "positions")
    )
    log_p = signatures["score"](frames=frames, positions=positions)["log_p"]
    assert -log_p.numpy().mean() == pytest.approx(metrics["nats_per_frame"], rel=1e-3)
    drawn = signatures["generate"](
        primer=frames[:, :9],
        positions=positions[0],
        temperature=tf.constant(1.0),
        seed=tf.constant(5, tf.int64),
    )["frames"]
    np.testing.assert_array_equal(drawn[:, :9], frames[:, :9])
    # Where rounding makes one note another, all after it are others.
    drawn = composer.compose(Request(pieces[0].frames[:9], pieces[0].positions, 2, seed=5))
    assert drawn.shape == frames.shape and drawn[:, 9:].any()
