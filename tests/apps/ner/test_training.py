"""Training from the command line: what it leaves, twice the same, and cut short."""

import csv
import json
import shutil
import signal
import statistics
import time

import keras
import pytest

from apps.ner.config import Config
from apps.ner.model.tagger import Tagger
from gated.runs.folder import RunFolder
from gated.training.checkpoint import Progress
from tests.apps.commands import call

FILES = {
    "config.json",
    "words.txt",
    "characters.txt",
    "tags.txt",
    "entities.txt",
    "model.keras",
    "metrics.json",
    "history.csv",
    "logs",
}


def names(folder):
    return {path.name for path in folder.iterdir()}


@pytest.mark.parametrize(
    ("sentences", "epochs", "patience"),
    [(100, 89, 45), (825, 31, 16), (5500, 12, 6), (10**6, 12, 6)],
)
def test_fewer_sentences_are_read_more_often(sentences, epochs, patience):
    found = Config().resolved(sentences)
    assert (found.epochs, found.patience) == (epochs, patience)
    given = Config(epochs=5, patience=0)
    assert given.resolved(sentences) == given


def read_json(path):
    return json.loads(path.read_text(encoding="utf-8"))


def test_run_folder(trained):
    folder, result = trained
    assert (result.status, result.err) == (0, "")
    assert names(folder) - {"export"} == FILES
    assert list(folder.glob("logs/*/events.out.tfevents.*"))


def test_config(run, tiny):
    config = read_json(run / "config.json")
    assert config["corpus"] == config["valid"] == [str(tiny)]
    assert (config["units"], config["learning_rate"], config["seed"]) == (16, 0.02, 3)
    assert {"gated", "keras", "tensorflow", "numpy", "python"} <= set(config["versions"])


def test_metrics(trained):
    folder, result = trained
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


def wait_for(condition, process):
    for _ in range(1200):
        if condition():
            return
        assert process.poll() is None, process.communicate()
        time.sleep(0.1)
    raise AssertionError("waited for two minutes")


@pytest.mark.slow
def test_interrupt_before_anything_is_saved(tmp_path, process, training_options):
    start, finish = process
    run = tmp_path / "run"
    training = start("train", *training_options, "--run", run)
    wait_for(run.exists, training)
    training.send_signal(signal.SIGINT)
    result = finish(training)
    assert (result.status, result.err) == (130, "interrupted\n")
    assert not run.exists()


def contents(run):
    return {path.name: path.read_bytes() for path in run.iterdir() if path.is_file()}


@pytest.fixture(scope="module")
def interrupted(training_options, tmp_path_factory):
    """A run that Ctrl-C ended in its third epoch. Tests take a copy."""
    whole = Progress.on_epoch_end

    def end(progress, epoch, logs=None):
        whole(progress, epoch, logs)
        if epoch == 2:
            signal.raise_signal(signal.SIGINT)

    own = tmp_path_factory.mktemp("interrupted") / "run"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Progress, "on_epoch_end", end)
        result = call("ner", "train", *training_options, "--run", own)
    assert (result.status, result.err) == (130, "interrupted\n")
    assert "the same command goes on after epoch 3" in result.out
    return own


@pytest.fixture
def cut_off(interrupted, tmp_path):
    return shutil.copytree(interrupted, tmp_path / "run")


@pytest.mark.slow
def test_going_on_ends_as_if_not_cut_off(run, command, training_options, cut_off):
    result = command("train", *training_options, "--run", cut_off)
    assert (result.status, result.err) == (0, "")
    assert names(cut_off) == FILES
    for name in ("metrics.json", "history.csv"):
        assert contents(cut_off)[name] == contents(run)[name]


@pytest.mark.slow
def test_going_on_with_something_else(command, training_options, cut_off, tmp_path, tiny):
    before = contents(cut_off)
    result = command("train", *training_options, "--run", cut_off, "--dropout", 0.3)
    assert result.status == 2
    assert "was cut off with --dropout 0.1, not 0.3" in result.err
    assert contents(cut_off) == before
    kept = tiny.read_bytes()
    try:
        tiny.write_bytes(kept + b"\nElsewhere\tB-XYZ\n")
        result = command("train", *training_options, "--run", cut_off)
    finally:
        tiny.write_bytes(kept)
    assert result.status == 2
    assert "was cut off with other sentences to train on" in result.err
    assert contents(cut_off) == before


@pytest.mark.slow
def test_several_seeds(command, training_options, tmp_path, run):
    own = tmp_path / "run"
    seeds = ["--epochs", 2, "--seeds", 2, "--json"]
    result = command("train", *training_options, *seeds, "--run", own)
    assert result.status == 0, result.err
    each = [read_json(own / f"seed-{seed}" / "metrics.json") for seed in (3, 4)]
    recorded = read_json(own / "seeds.json")
    assert [recorded[seed] for seed in "34"] == each
    assert [one["valid_f1"] for one in each] == [one["f1"] for one in each]
    summary = read_json(own / "metrics.json")
    assert json.loads(result.lines[-1]) == summary
    scores = [metrics["f1"] for metrics in each]
    assert summary["seeds"] == [3, 4]
    assert summary["f1"] == pytest.approx(statistics.mean(scores))
    assert summary["f1_deviation"] == pytest.approx(statistics.stdev(scores))
    assert (summary["f1_least"], summary["f1_greatest"]) == (min(scores), max(scores))
    best = own / f"seed-{summary['best']}"
    assert read_json(best / "metrics.json")["f1"] == summary["valid_f1_greatest"]
    assert (own / "model.keras").read_bytes() == (best / "model.keras").read_bytes()
    assert command("evaluate", "--run", own).status == 0

    # Cut off, it goes on with what is not finished yet.
    (own / "model.keras").unlink()
    shutil.rmtree(own / "seed-4")
    finished = own / "seed-3" / "model.keras"
    before = finished.stat().st_mtime_ns
    again = command("train", *training_options, *seeds, "--run", own)
    assert again.status == 0, again.err
    assert read_json(own / "metrics.json") == summary
    recorded = read_json(own / "seeds.json")
    del recorded["4"]
    (own / "seeds.json").write_text(json.dumps(recorded))
    (own / "model.keras").unlink()
    assert command("train", *training_options, *seeds, "--run", own).status == 0
    assert read_json(own / "metrics.json") == summary
    assert finished.stat().st_mtime_ns == before
    # Finished, it is not overwritten.
    assert command("train", *training_options, *seeds, "--run", own).status == 2


@pytest.mark.parametrize("precision", ["mixed_float16"])
@pytest.mark.slow
def test_mixed_precision(command, training_options, tmp_path, precision):
    own = tmp_path / "run"
    options = ["--precision", precision, "--average", 0.5]
    result = command("train", *training_options, *options, "--run", own)
    assert result.status == 0, result.err
    assert read_json(own / "metrics.json")["f1"] > 0.2
    model = keras.models.load_model(own / "model.keras")
    assert model.get_layer("deep").compute_dtype == precision.removeprefix("mixed_")
    assert {weight.dtype for weight in model.weights} == {"float32"}
    assert model.outputs[0].dtype == "float32"
    assert keras.config.dtype_policy().name == "float32"


@pytest.mark.slow
def test_word_vectors_to_begin_with(command, training_options, tmp_path):
    """Words of the validation sentences that are not trained on keep theirs as they are."""
    corpus = tmp_path / "train.conll"
    corpus.write_text("Anna\tB-PER\nsings\tO\n\nthe\tO\nsea\tO\n" * 8, encoding="utf-8")
    valid = tmp_path / "valid.conll"
    valid.write_text("Bert\tB-PER\nsleeps\tO\n", encoding="utf-8")
    vectors = tmp_path / "vectors.txt"
    vectors.write_text("anna 1 2 3\nBERT 4 5 6\nother 7 8 9\n", encoding="utf-8")
    options = ["--corpus", corpus, "--valid", valid, *training_options[4:], "--epochs", 2]
    own = tmp_path / "run"
    result = command("train", *options, "--vectors", vectors, "--run", own)
    assert result.status == 0, result.err
    assert "2 of 6 words have a vector" in result.out
    tagger = Tagger.load(RunFolder(own))
    words = tagger.encoder.words.tokens
    table = tagger.model.get_layer("word_vectors").get_weights()[0]
    assert table.shape == (len(words), 3)
    assert table[words.index("bert")].tolist() == [4, 5, 6]
    assert table[words.index("anna")] == pytest.approx([1, 2, 3], abs=0.5)
    assert "sleeps" not in words
    assert "other" not in words


def test_no_word_vectors(command, training_options, tmp_path):
    own = tmp_path / "run"
    result = command("train", *training_options, "--vectors", tmp_path / "x.txt", "--run", own)
    assert result.status == 1
    assert result.err.startswith(f"error: {tmp_path / 'x.txt'}: no such file")
    assert not own.exists()
