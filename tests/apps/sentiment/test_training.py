"""Training: what is read, what is saved, going on."""

import csv
import json
import signal
from dataclasses import replace

import keras
import numpy as np
import pytest
import tensorflow as tf

from apps.sentiment.config import Config
from apps.sentiment.model.batches import Batches
from apps.sentiment.model.classifier import Classifier
from apps.sentiment.model.encoder import WordEncoder
from gated.runs.folder import RunFolder
from gated.text.tokenizer import tokenize
from gated.training.checkpoint import Progress
from tests.apps.sentiment.conftest import rows

FILES = {
    "config.json",
    "confusion.svg",
    "history.csv",
    "labels.txt",
    "metrics.json",
    "model.keras",
    "words.txt",
    "characters.txt",
}


@pytest.fixture(scope="module")
def texts():
    return [text for text, _ in rows()] + ["twice twice once", ""]


@pytest.fixture(scope="module")
def encoder(texts):
    return WordEncoder.of(texts, ["x"], 100)


def prepare(encoder, texts, **options):
    encoded, _ = encoder.read(texts)
    return Batches(encoded, np.arange(len(texts)), Config(batch_size=7, **options))


def whole(encoder, texts):
    """The ids of the words of each text."""
    return [encoder.spelled.look_up(tokenize(text)).tolist() for text in texts]


def test_each_epoch_has_every_text_once(encoder, texts):
    data = prepare(encoder, texts, rare_word_dropout=0)
    expected = whole(encoder, texts)
    orders = []
    for _ in range(2):
        seen = {}
        for i in range(len(data)):
            (words, characters), classes = data[i]
            assert not characters.any()  # no word of the training texts is unknown
            for place, row in zip(classes.tolist(), words.tolist(), strict=True):
                seen[place] = row[: len(expected[place])]
                assert not any(row[len(expected[place]) :])
        assert [seen[i] for i in range(len(texts))] == expected
        orders.append(list(seen))
        data.on_epoch_end()
    assert orders[0] != orders[1]


def test_rare_words_are_spelled_now_and_then(encoder, texts):
    data = prepare(encoder, texts, rare_word_dropout=0.5)
    ids = whole(encoder, texts)
    spelled = [encoder.spelled.spell(tokenize(text)).tolist() for text in texts]
    rare = encoder.words.first_rarer_than(2)
    replaced = count = 0
    for _ in range(40):
        for i in range(len(data)):
            (words, characters), classes = data[i]
            for place, row, letters in zip(classes, words, characters, strict=True):
                for t, word in enumerate(ids[place]):
                    if row[t] == 1:
                        assert word >= rare
                        read = [c for c in letters[t] if c]
                        assert read == [c for c in spelled[place][t] if c]
                    else:
                        assert row[t] == word
                        assert not letters[t].any()
                    count += word >= rare
                    replaced += word >= rare and row[t] == 1
        data.on_epoch_end()
    assert count == 40  # `once`, and nothing else
    assert 8 <= replaced <= 32  # of 40 with probability 0.5, but for one in 10,000 seeds


def contents(run):
    return {path.name: path.read_bytes() for path in run.iterdir() if path.is_file()}


def test_it_learns(run):
    metrics = json.loads((run / "metrics.json").read_text(encoding="utf-8"))
    assert (metrics["set"], metrics["texts"]) == ("test", 20)
    assert metrics["accuracy"] >= 0.8
    assert list(metrics["classes"]) == ["bad", "good", "so-so"]
    assert set(contents(run)) == FILES
    with (run / "history.csv").open() as file:
        columns = next(csv.reader(file))
    assert columns == ["epoch", "gradient_norm", "loss", "val_accuracy", "val_loss"]


@pytest.mark.parametrize(
    ("texts", "epochs", "patience"), [(500, 32, 12), (2000, 16, 6), (8000, 8, 3), (10**6, 8, 3)]
)
def test_fewer_texts_are_read_more_often(texts, epochs, patience):
    found = Config().resolved(texts)
    assert (found.epochs, found.patience) == (epochs, patience)
    given = replace(Config(), epochs=5, patience=0, learning_rate=0.1)
    assert given.resolved(texts) == given


@pytest.mark.slow
def test_the_default_options_learn_from_eighty_texts(command, training_options, tmp_path):
    result = command("train", *training_options[:6], "--run", tmp_path / "run", "--json")
    assert result.status == 0, result.err
    assert "80 texts to train on" in result.out
    assert json.loads(result.lines[-1])["accuracy"] >= 0.8


class CutOff(Exception):
    pass


@pytest.mark.slow
def test_going_on_ends_as_if_not_cut_off(run, command, training_options, tmp_path, monkeypatch):
    whole = Progress.on_epoch_end

    def end(progress, epoch, logs=None):
        whole(progress, epoch, logs)
        if epoch == 2:
            raise CutOff

    own = tmp_path / "run"
    with monkeypatch.context() as patch:
        patch.setattr(Progress, "on_epoch_end", end)
        with pytest.raises(CutOff):
            command("train", *training_options, "--run", own)
    result = command("train", *training_options, "--run", own)
    assert (result.status, result.err) == (0, "")
    before, after = contents(run), contents(own)
    assert set(after) == FILES
    assert after["metrics.json"] == before["metrics.json"]


@pytest.mark.slow
def test_interrupt(command, training_options, tmp_path, monkeypatch):
    whole = Progress.on_epoch_end

    def end(progress, epoch, logs=None):
        whole(progress, epoch, logs)
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(Progress, "on_epoch_end", end)
    own = tmp_path / "run"
    result = command("train", *training_options, "--run", own)
    assert (result.status, result.err) == (130, "interrupted\n")
    assert "the same command goes on after epoch 1" in result.out
    other = command("train", *training_options, "--run", own, "--dropout", 0.3)
    assert other.status == 2
    assert "was cut off with --dropout 0.1, not 0.3" in other.err


@pytest.mark.slow
def test_duplicates_and_long_texts_are_reported(command, training_options, tmp_path):
    corpus = tmp_path / "x.tsv"
    with open(training_options[1], encoding="utf-8") as file:
        corpus.write_text(file.read() + "good\tI loved the room\ngood\tI LOVED  the food\n")
    options = ["--valid", "fold:4/6", "--test", corpus, *training_options[6:]]
    options += ["--run", tmp_path / "run", "--epochs", 1, "--limit", 3]
    result = command("train", "--corpus", corpus, *options)
    assert result.status == 0, result.err
    assert "of the test texts are among the training texts too" in result.out
    assert "texts are longer than 3 tokens; of those half from" in result.out


@pytest.mark.slow
def test_several_seeds(command, training_options, tmp_path):
    own = tmp_path / "run"
    seeds = ["--epochs", 1, "--seeds", 2, "--json"]
    result = command("train", *training_options, *seeds, "--run", own)
    assert result.status == 0, result.err
    each = [json.loads((own / f"seed-{i}" / "metrics.json").read_text()) for i in (3, 4)]
    summary = json.loads(result.lines[-1])
    assert summary["seeds"] == [3, 4]
    assert summary["accuracy"] == np.mean([one["accuracy"] for one in each])
    losses = [one["valid_loss"] for one in each]
    assert summary["best"] == 3 + np.argmin(losses)
    assert summary["valid_loss_least"] == min(losses)
    assert set(contents(own)) == {*FILES, "seeds.json"}
    assert command("evaluate", "--run", own).status == 0


@pytest.mark.slow
@pytest.mark.parametrize("precision", ["mixed_bfloat16"])
def test_mixed_precision(command, training_options, tmp_path, precision):
    own = tmp_path / "run"
    result = command("train", *training_options, "--precision", precision, "--run", own)
    assert result.status == 0, result.err
    assert json.loads((own / "metrics.json").read_text())["accuracy"] >= 0.8
    model = Classifier.load(RunFolder(own)).model
    assert model.get_layer("deep").compute_dtype == precision.removeprefix("mixed_")
    assert {weight.dtype for weight in model.trainable_weights} == {"float32"}
    assert model.outputs[0].dtype == "float32"
    assert keras.config.dtype_policy().name == "float32"
    predict = ["--format", "json", "I loved the soup"]
    found = json.loads(command("predict", "--run", own, *predict).lines[0])
    assert command("export", "--run", own).status == 0
    endpoint = tf.saved_model.load(own / "export" / "1").signatures["serving_default"]
    served = endpoint(text=tf.constant(["I loved the soup"]))["probabilities"].numpy()[0]
    np.testing.assert_allclose(served, list(found["probabilities"].values()), atol=1e-6)


def test_word_vectors_to_begin_with(command, training_options, tmp_path, monkeypatch):
    """After no training they are those of the file."""
    (tmp_path / "vectors.txt").write_text("2 3\nroom 1 2 3\nnowhere 4 5 6\n")
    own = tmp_path / "run"
    options = [*training_options, "--vectors", tmp_path / "vectors.txt", "--epochs", 1]
    result = command("train", *options, "--learning-rate", 1e-12, "--run", own)
    assert result.status == 0, result.err
    assert "1 of " in result.out and "words have a vector in" in result.out
    classifier = Classifier.load(RunFolder(own))
    table = classifier.model.get_layer("vectors").get_weights()[0]
    place = classifier.encoder.words.tokens.index("room")
    np.testing.assert_allclose(table[place], [1, 2, 3], atol=1e-5)
    assert command("evaluate", "--run", own).status == 0

    (tmp_path / "vectors.txt").write_text("room 1 2 3\nfood 1 2\n")
    result = command("train", *options, "--run", tmp_path / "other")
    assert (result.status, result.err.count("\n")) == (1, 1)
    assert "vectors.txt:2: expected a word and 3 numbers" in result.err
    assert not (tmp_path / "other").exists()
