"""The export: TensorFlow alone reads it, and it translates and scores as the commands do."""

import json
import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow

CLIENT = """
import json, sys
sys.modules.update({"keras": None, "gated": None, "apps": None})
import tensorflow as tf

texts = json.load(sys.stdin)
model = tf.saved_model.load(sys.argv[1])
translate, score = (model.signatures[name] for name in ("serving_default", "score"))

def call(texts, beams):
    found = translate(text=tf.constant(texts, tf.string), beams=tf.constant(beams))
    translations = found["translation"]
    scored = score(text=tf.constant(texts, tf.string), translation=translations)
    return {
        "texts": [text.decode() for text in translations.numpy()],
        "log_p": found["log_p"].numpy().tolist(),
        "scored": scored["log_p"].numpy().tolist(),
    }

found = [[call(texts, beams), *(call([one], beams) for one in texts)] for beams in (1, 4)]
print(json.dumps(found))
"""
TEXTS = ["The red dog sees the old cat.", "", "The zebra sees Πλάτων 👍🏽!", "The cat " * 20]


def test_as_the_application(command, run, translator, tmp_path):
    from apps.translation.model.translator import Search

    result = command("export", "--run", run)
    assert (result.status, result.lines) == (0, [f"Wrote {run / 'export' / '1'}"])
    done = subprocess.run(
        [sys.executable, "-c", CLIENT, run / "export" / "1"],
        input=json.dumps(TEXTS),
        capture_output=True,
        encoding="utf-8",
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    for beams, (together, *alone) in zip((1, 4), json.loads(done.stdout), strict=True):
        expected = [one for one, *_ in translator.translate(TEXTS, Search(beams))]
        assert together["texts"] == [one.text for one in expected]
        assert together["log_p"] == pytest.approx([one.log_p for one in expected], abs=1e-3)
        for i, one in enumerate(alone):
            assert one["texts"] == [together["texts"][i]]
            assert one["scored"] == pytest.approx([together["scored"][i]], abs=1e-3)
        for i in (0, 3):
            assert together["scored"][i] == pytest.approx(together["log_p"][i], abs=1e-3)
