"""Classifiers that start from a language model."""

import json
import shutil

import numpy as np
import pytest
import tensorflow as tf

from apps.sentiment.model.classifier import Classifier
from apps.sentiment.model.graph import ClassifierGraph
from gated.runs.folder import RunFolder
from gated.runs.language_model import load_language_model
from tests.apps.lm.conftest import call as lm_command
from tests.apps.sentiment.conftest import rows

pytestmark = pytest.mark.slow

TEXTS = ["the  room\twas great!", "", "what an ￭odd, odd￭ thing…", "x"]


@pytest.fixture(scope="module", params=["word", "char"])
def language_model(request, tmp_path_factory):
    """The folder of a language model of the texts."""
    folder = tmp_path_factory.mktemp("lm")
    (folder / "texts.txt").write_text("".join(f"{text}\n" for text, _ in rows() * 2))
    sizes = {"units": 12, "depth": 2, "epochs": 1, "steps": 8, "batch-size": 4}
    options = ["--lower", *(one for name, n in sizes.items() for one in (f"--{name}", n))]
    result = lm_command(
        "train",
        *("--corpus", folder / "texts.txt", "--level", request.param, *options),
        *("--run", folder / "run"),
    )
    assert result.status == 0, result.err
    return folder / "run"


@pytest.fixture(scope="module")
def upon(command, training_options, language_model, tmp_path_factory):
    """What a training upon it left, and its folder."""
    folder = tmp_path_factory.mktemp("upon") / "run"
    options = [*training_options, "--encoder", language_model, "--epochs", 2, "--average", 0]
    options += ["--learning-rate", 0.005]
    result = command("train", *options, "--run", folder)
    assert (result.status, result.err) == (0, "")
    return folder, options


def test_layers_begin_one_after_the_other(command, upon, language_model, tmp_path):
    """After one epoch only the classifier on top has moved, after two the upper layer too."""
    folder, options = upon
    _, before = load_language_model(RunFolder(language_model))
    once = tmp_path / "run"
    # Its weights after the first epoch are its best.
    assert command("train", *options, "--epochs", 1, "--run", once).status == 0
    for run, moved in ((once, [False, False]), (folder, [False, True])):
        model = Classifier.load(RunFolder(run)).model
        assert np.array_equal(*(m.get_layer("vectors").get_weights()[0] for m in (before, model)))
        found = [
            not all(map(np.array_equal, a.get_weights(), b.get_weights()))
            for a, b in zip(
                before.get_layer("deep").layers, model.get_layer("deep").layers, strict=True
            )
        ]
        history = (run / "history.csv").read_text().splitlines()[1:]
        losses = [float(row.split(",")[-1]) for row in history]
        assert losses == sorted(losses, reverse=True)  # else the weights saved are older
        assert found == moved


def test_it_reads_what_the_language_model_reads(upon, language_model):
    codec, _ = load_language_model(RunFolder(language_model))
    classifier = Classifier.load(RunFolder(upon[0]))
    encoder = classifier.encoder
    graph = ClassifierGraph(classifier)
    (rows,) = graph.reader.inputs(graph.tokens(tf.constant(TEXTS)))
    for row, text in zip(rows.numpy().tolist(), TEXTS, strict=True):
        blank = text.replace("\t", " ").replace("￭", " ")
        tokens = codec.split(blank)
        ids = codec.ids(tokens).tolist()
        encoded, _ = encoder.read([text])
        (read,) = encoded.inputs(np.arange(len(ids))[None])
        assert read[0].tolist() == [codec.eos, *ids] == row[: len(ids) + 1]
        assert not any(row[len(ids) + 1 :])
        bounds = encoder.locate(text, encoder.split(text))
        for (start, end), token in zip(bounds, tokens, strict=True):
            assert blank[start:end] == token.replace("￭", "")


def test_a_padded_batch_is_the_same_as_lone_texts(upon):
    classifier = Classifier.load(RunFolder(upon[0]))
    together = classifier.predict(TEXTS)
    graph = ClassifierGraph(classifier).classify(tf.constant(TEXTS))["probabilities"]
    np.testing.assert_allclose(graph, together, atol=1e-6)
    for text, row in zip(TEXTS, together, strict=True):
        (alone,) = classifier.predict([text])
        np.testing.assert_allclose(alone, row, atol=1e-6)


def test_the_other_commands(command, upon, language_model, tmp_path):
    """Without the language model's folder, which is needed in training only."""
    folder, _ = upon
    own = shutil.copytree(folder, tmp_path / "run")
    config = json.loads((own / "config.json").read_text())
    (own / "config.json").write_text(json.dumps({**config, "encoder": "/nowhere"}))
    before = json.loads((own / "metrics.json").read_text())
    assert command("evaluate", "--run", own).status == 0
    after = json.loads((own / "metrics.json").read_text())
    assert {**after, "valid_loss": before["valid_loss"]} == before
    result = command("predict", "--run", own, "--explain", "--format", "json", "what a dull soup")
    found = json.loads(result.lines[0])
    text = "".join(word["word"] for word in found["words"])
    assert text.replace(" ", "") == "whatadullsoup"
    assert command("export", "--run", own).status == 0
    endpoint = tf.saved_model.load(own / "export" / "1").signatures["serving_default"]
    served = endpoint(text=tf.constant(["what a dull soup"]))["probabilities"].numpy()[0]
    np.testing.assert_allclose(served, list(found["probabilities"].values()), atol=1e-6)


@pytest.mark.parametrize(
    ("options", "status", "problem"),
    [
        (["--encoder", "@nowhere"], 2, "nowhere: no such run folder"),
        (["--encoder", "@run"], 1, "cannot be loaded as a language model"),
        (["--encoder", "@run", "--vectors", "x"], 2, "--vectors does not go with --encoder"),
    ],
)
def test_bad_usage(command, run, training_options, tmp_path, options, status, problem):
    options = [one.replace("@run", str(run)).replace("@", f"{tmp_path}/") for one in options]
    result = command("train", *training_options, *options, "--run", tmp_path / "new")
    assert (result.status, result.err.count("\n")) == (status, 1)
    assert problem in result.err
    assert not (tmp_path / "new").exists()
