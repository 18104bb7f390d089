"""The export: TensorFlow alone reads it, and it classifies as predict does."""

import json
import subprocess
import sys

import numpy as np
import pytest

CLIENT = """
import json, sys
sys.modules.update({"keras": None, "gated": None, "apps": None})
import tensorflow as tf

texts = json.load(sys.stdin)
model = tf.saved_model.load(sys.argv[1])
classify = model.signatures["serving_default"]

def call(texts):
    found = classify(text=tf.constant(texts, tf.string))
    return {
        "label": [label.decode() for label in found["label"].numpy()],
        "labels": [[label.decode() for label in row] for row in found["labels"].numpy()],
        "probabilities": found["probabilities"].numpy().tolist(),
    }

print(json.dumps({"batch": call(texts), "alone": [call([text]) for text in texts]}))
"""
TEXTS = ["I loved the soup", "", "the chair was awful!", "é 👍🏽 " * 30, "word " * 900, "What?"]


@pytest.fixture(scope="module")
def found(command, run, tmp_path_factory):
    result = command("export", "--run", run)
    assert (result.status, result.lines) == (0, [f"Wrote {run / 'export' / '1'}"])
    done = subprocess.run(
        [sys.executable, "-c", CLIENT, run / "export" / "1"],
        input=json.dumps(TEXTS),
        capture_output=True,
        encoding="utf-8",
        cwd=tmp_path_factory.mktemp("elsewhere"),
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_it_is_the_classifier(found, classifier):
    expected = classifier.predict(TEXTS)
    np.testing.assert_allclose(found["batch"]["probabilities"], expected, atol=1e-5)
    labels = classifier.encoder.labels
    assert found["batch"]["labels"] == [labels] * len(TEXTS)
    assert found["batch"]["label"] == [labels[i] for i in expected.argmax(axis=1)]


def test_a_padded_batch_is_the_same_as_lone_texts(found):
    for i, alone in enumerate(found["alone"]):
        np.testing.assert_allclose(
            alone["probabilities"][0], found["batch"]["probabilities"][i], atol=1e-5
        )
