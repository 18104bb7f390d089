"""Dynamic evaluation, against a loop of our own with TensorFlow's gradients."""

import json
import shutil

import numpy as np
import pytest
import tensorflow as tf

from apps.lm.model.dynamic import ReturningAdam, score_while_learning
from apps.lm.model.language_model import LanguageModel
from gated.runs.folder import RunFolder
from tests.apps.lm.conftest import TEXT
from tests.apps.lm.texts import stream

pytestmark = pytest.mark.slow


@pytest.fixture(params=["text", "words"])
def fresh(request, runs):
    """A model that nobody else has, because dynamic evaluation changes it."""
    return LanguageModel.load(RunFolder(runs[request.param]))


def text(model, length):
    return model.codec.ids(stream(model.codec, TEXT.split("\n")))[:length]


@pytest.mark.parametrize("length", [1, 19, 20, 21, 60])
def test_hardly_learning_it_is_the_usual_evaluation(fresh, length):
    ids = text(fresh, length)
    expected = fresh.score_text(ids).sum()
    assert score_while_learning(fresh, ids, 1e-30) == pytest.approx(expected, abs=1e-4 * length)


def test_step_by_step(fresh):
    """Adam by its formula, without momentum; all windows but the last are whole."""
    ids, rate, total = text(fresh, 50), 0.01, 0.0
    weights = fresh.model.trainable_variables
    first = [weight.numpy() for weight in weights]
    squares = [np.zeros(weight.shape) for weight in weights]
    states, previous = fresh.first_states(1), fresh.codec.eos
    for step, window in enumerate([ids[:20], ids[20:40], ids[40:]], 1):
        with tf.GradientTape() as tape:
            x = tf.constant([[previous, *window[:-1]]])
            logits, *states = fresh.model([x, *states], training=False)
            loss = tf.nn.sparse_softmax_cross_entropy_with_logits(window, logits[0])
            mean = tf.reduce_sum(loss) / 20
        total -= float(tf.reduce_sum(loss))
        states, previous = [tf.stop_gradient(state) for state in states], window[-1]
        gradients = tape.gradient(mean, [weight.value for weight in weights])
        for i, gradient in enumerate(gradients):
            gradient = tf.convert_to_tensor(gradient).numpy().astype("float64")
            squares[i] = 0.999 * squares[i] + 0.001 * gradient**2
            correction = np.sqrt(1 - 0.999**step)
            # Keras adds its epsilon before it corrects the mean for its beginning at 0.
            move = rate * gradient * correction / (np.sqrt(squares[i]) + 0.001)
            now = weights[i].numpy()
            weights[i].assign(now - move + 0.001 * (first[i] - now))
    for weight, before in zip(weights, first, strict=True):
        weight.assign(before)
    assert score_while_learning(fresh, ids, rate) == pytest.approx(total, abs=1e-3)


def test_returns_where_nothing_is_learned(fresh):
    weights = fresh.model.trainable_variables
    first = [weight.numpy() for weight in weights]
    optimizer = ReturningAdam(0.1, 0.001, weights)
    for weight in weights:
        weight.assign_add(tf.ones_like(weight))

    @tf.function
    def learn_nothing():
        optimizer.apply([tf.zeros_like(weight) for weight in weights], weights)

    for _ in range(700):
        learn_nothing()
    for weight, before in zip(weights, first, strict=True):
        np.testing.assert_allclose(weight - before, 0.999**700, rtol=1e-3)


def test_command(command, runs, tmp_path):
    own = shutil.copytree(runs["text"], tmp_path / "run")
    saved = (own / "model.keras").read_bytes()
    usual = json.loads(command("evaluate", "--run", own, "--json").lines[-1])
    result = command("evaluate", "--run", own, "--dynamic", 0.003, "--json")
    assert result.status == 0
    metrics = json.loads(result.lines[-1])
    assert metrics["dynamic"] == 0.003 and "dynamic" not in usual
    assert "dynamic evaluation at" in result.out
    assert metrics["tokens"] == usual["tokens"]
    assert metrics["nats_per_token"] < usual["nats_per_token"]
    assert (own / "model.keras").read_bytes() == saved


@pytest.mark.parametrize(
    "run, rate, problem",
    [
        ("text", -1, "expected at least 0"),
        ("text", "inf", "expected at least 0"),
        ("text", "nan", "expected at least 0"),
        ("names", 0.001, "--items"),
    ],
)
def test_bad_usage(command, runs, run, rate, problem):
    result = command("evaluate", "--run", runs[run], "--dynamic", rate)
    assert result.status == 2
    assert problem in result.err
    assert result.err.count("\n") == 1
