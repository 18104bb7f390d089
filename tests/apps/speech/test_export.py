"""The export: TensorFlow alone reads it, and it hears what predict does."""

import json
import subprocess
import sys

import numpy as np
import pytest
import soundfile

pytestmark = pytest.mark.slow

CLIENT = """
import sys
sys.modules.update({"keras": None, "gated": None, "apps": None})
import json
import numpy as np
import tensorflow as tf

model = tf.saved_model.load(sys.argv[1])
transcribe = model.signatures["serving_default"]
sounds = list(np.load(sys.argv[2]).values())

def call(sounds, more=0):
    samples = np.zeros((len(sounds), max(map(len, sounds)) + more), "float32")
    for row, sound in zip(samples, sounds):
        row[: len(sound)] = sound
    found = transcribe(samples=tf.constant(samples), lengths=[len(sound) for sound in sounds])
    found = {name: value.numpy().tolist() for name, value in found.items()}
    for name in ("text", "words"):
        found[name] = json.loads(json.dumps(found[name], default=bytes.decode))
    return found

print(json.dumps([call(sounds), *(call([one], more=50) for one in sounds)]))
"""


@pytest.mark.parametrize("options", [[], ["--beams", "5", "--hot-words", "dad"]])
def test_as_the_application(run, command, songs, tmp_path, options):
    paths = [songs / f"{i}.wav" for i in range(4)]
    silence = tmp_path / "short.wav"
    soundfile.write(silence, np.zeros(3, "float32"), 8000)
    paths.append(silence)
    result = command("export", "--run", run, *options)
    assert (result.status, result.lines) == (0, [f"Wrote {run / 'export' / '1'}"])
    np.savez(tmp_path / "sounds.npz", *(soundfile.read(path, dtype="float32")[0] for path in paths))
    done = subprocess.run(
        [sys.executable, "-c", CLIENT, run / "export" / "1", tmp_path / "sounds.npz"],
        capture_output=True,
        encoding="utf-8",
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    together, *alone = json.loads(done.stdout)
    result = command("predict", "--run", run, *paths, "--format", "json", *options)
    for i, expected in enumerate(map(json.loads, result.lines)):
        for found, row in ((together, i), (alone[i], 0)):
            assert found["text"][row] == expected["text"]
            words = [word for word in found["words"][row] if word]
            assert words == [word["text"] for word in expected["words"]]
            for name, other in (
                ("starts", "start"),
                ("ends", "end"),
                ("confidences", "confidence"),
            ):
                values = [word[other] for word in expected["words"]]
                assert found[name][row][: len(words)] == pytest.approx(values, abs=2e-3)
            if words:  # predict does not listen to silence
                assert found["log_p"][row] == pytest.approx(expected["log_p"], abs=1e-3)
