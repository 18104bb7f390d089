"""ONNX and LiteRT files of a tagger, run by those formats' own programs, against Keras."""

import shutil
import sys

import numpy as np
import pytest

from apps.ner.model.encoder import Encoded
from gated.training.batches import places

NAMES = ("words", "characters", "casing")


@pytest.fixture(scope="module")
def inputs(tagger):
    """Batches of ids: sentences of different lengths, one alone, and one of one word."""
    rows = [
        ["Mary", "Shelley", "met", "Joan", "in", "Venice", "."],
        ["Incomprehensibilities", "Ωμέγα", "2024"],
        ["Joan"],
    ]
    found = []
    for some in (rows, rows[:1], rows[2:]):
        lengths = np.array([len(row) for row in some])
        tokens = Encoded(tagger.encoder, [token for row in some for token in row])
        here = places(np.cumsum(lengths) - lengths, lengths)
        words, characters, casing = tokens.inputs(here)
        missing = 24 - characters.shape[-1]
        characters = np.pad(characters, [(0, 0), (0, 0), (0, missing)])
        found.append([words, characters, casing])
    return found


def check(call, tagger, inputs):
    for words, characters, casing in inputs:
        found = call(dict(zip(NAMES, (words, characters, casing), strict=True)))
        scores = tagger.model([words, characters, casing], training=False)
        tags = np.asarray(tagger.crf.viterbi(scores, words != 0)[0])
        marginals = np.asarray(tagger.crf.marginals(scores, words != 0))
        p = np.take_along_axis(marginals, np.maximum(tags, 0)[..., None], -1)[..., 0]
        np.testing.assert_array_equal(found["tags"], tags)
        np.testing.assert_allclose(found["probabilities"], p * (words != 0), atol=1e-5)


def exported(run, command, name, folder):
    own = shutil.copytree(run, folder / "run", ignore=shutil.ignore_patterns("export"))
    result = command("export", "--run", own, "--format", name)
    assert (result.status, result.err) == (0, "")
    assert not (own / "export" / "1").exists()
    for vocabulary in ("words.txt", "characters.txt", "tags.txt"):
        assert (own / "export" / name / vocabulary).read_bytes() == (run / vocabulary).read_bytes()
    return own / "export" / name


@pytest.mark.filterwarnings("ignore:.*np.object:FutureWarning")
@pytest.mark.slow
def test_onnx(run, command, tagger, inputs, tmp_path):
    for package in ("onnx", "tf2onnx"):
        pytest.importorskip(package, reason=f"export to ONNX needs {package}")
    runtime = pytest.importorskip("onnxruntime", reason="ONNX files are run by onnxruntime")
    path = exported(run, command, "onnx", tmp_path) / "model.onnx"
    session = runtime.InferenceSession(path, providers=["CPUExecutionProvider"])
    outputs = [one.name for one in session.get_outputs()]
    check(
        lambda given: dict(zip(outputs, session.run(outputs, given), strict=True)), tagger, inputs
    )


@pytest.mark.filterwarnings("ignore:.*tf.lite.Interpreter is dep:UserWarning")
@pytest.mark.slow
def test_litert(run, command, tagger, inputs, tmp_path):
    """One sentence at a time, of any length."""
    import tensorflow as tf

    if hasattr(tf.lite, "Interpreter"):
        interpreter = tf.lite.Interpreter
    else:
        reason = "LiteRT files are run by ai-edge-litert"
        interpreter = pytest.importorskip("ai_edge_litert.interpreter", reason=reason).Interpreter
    path = exported(run, command, "litert", tmp_path) / "model.tflite"
    # An operation of TensorFlow's own that LiteRT lacks is stored under a name such as FlexMatMul.
    assert b"Flex" not in path.read_bytes()
    runner = interpreter(str(path)).get_signature_runner()
    check(lambda given: runner(**given), tagger, inputs[1:])


def test_a_missing_package(run, command, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "tf2onnx", None)
    result = command("export", "--run", run, "--format", "onnx")
    assert (result.status, result.err.count("\n")) == (2, 1)
    assert "pip install onnx tf2onnx" in result.err
