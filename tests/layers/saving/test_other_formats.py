"""The layers in ONNX and LiteRT files, run by those formats' own programs.

A file that is wrong is often written without an error, so each is run, and compared with Keras.
"""

import keras
import numpy as np
import pytest

from gated.layers import GRU, LSTM, Bidirectional, Deep, SimpleRNN
from tests.gradients import randomize

if keras.backend.backend() != "tensorflow":
    pytest.skip("these files are made from TensorFlow graphs", allow_module_level=True)

import tensorflow as tf

pytestmark = pytest.mark.slow

FEATURES = 3

LAYERS = {
    "rnn": lambda: SimpleRNN(4, return_sequences=True),
    "gru": lambda: GRU(4, return_sequences=True),
    "gru, reset before": lambda: GRU(4, reset_after=False, go_backwards=True),
    "gru, simplified": lambda: GRU(4, relevance_gate=False),
    "lstm": lambda: LSTM(4, go_backwards=True, return_sequences=True),
    "peepholes": lambda: LSTM(4, peepholes="previous", zero_output_for_mask=True),
    "both": lambda: Bidirectional(LSTM(4, peepholes=True, return_sequences=True)),
    "deep": lambda: Deep([GRU(4), LSTM(4, peepholes=True)], residual=True),
}


def model(name, masked):
    """Floats in; with `masked`, a step of zeros is a masked one."""
    sequences = keras.Input((None, FEATURES))
    inputs = keras.layers.Masking()(sequences) if masked else sequences
    model = randomize(keras.Model(sequences, LAYERS[name]()(inputs)))
    model(np.zeros((1, 1, FEATURES), "float32"))  # `export` to ONNX asks for a first call
    return model


def inputs(*shapes):
    """Sequences with steps of zeros at their ends, between others and, in a batch of 3, alone."""
    rng = np.random.default_rng(1)
    found = []
    for batch, length in shapes:
        sequences = rng.normal(size=(batch, length, FEATURES)).astype("float32")
        sequences[0, 3:] = 0
        sequences[-1, 1:2] = 0
        sequences[1:-1] = 0
        found.append(sequences)
    return found


def onnx(model, path, signature=None):
    """A model exported to ONNX, as a function of an array."""
    for package in ("onnx", "tf2onnx"):
        pytest.importorskip(package, reason=f"export to ONNX needs {package}")
    runtime = pytest.importorskip("onnxruntime", reason="ONNX files are run by onnxruntime")
    model.export(path, format="onnx", verbose=False, input_signature=signature)
    session = runtime.InferenceSession(path, providers=["CPUExecutionProvider"])
    (given,) = session.get_inputs()
    return lambda sequences: session.run(None, {given.name: sequences})[0]


def litert(model, path, signature):
    """A model exported to LiteRT, as a function of an array."""
    if hasattr(tf.lite, "Interpreter"):
        interpreter = tf.lite.Interpreter
    else:
        reason = (
            "LiteRT files are run by ai-edge-litert, or by a TensorFlow that has lite.Interpreter"
        )
        interpreter = pytest.importorskip("ai_edge_litert.interpreter", reason=reason).Interpreter
    model.export(path, format="litert", verbose=False, input_signature=signature)
    # An operation of TensorFlow's own that LiteRT lacks is stored under a name such as FlexMatMul.
    assert b"Flex" not in path.read_bytes()
    runner = interpreter(str(path))
    (given,), (found,) = runner.get_input_details(), runner.get_output_details()

    def run(sequences):
        runner.resize_tensor_input(given["index"], sequences.shape)
        runner.allocate_tensors()
        runner.set_tensor(given["index"], sequences)
        runner.invoke()
        return runner.get_tensor(found["index"])

    return run


def check(run, model, arrays):
    for sequences in arrays:
        found, expected = run(sequences), np.asarray(model(sequences))
        assert found.shape == expected.shape
        np.testing.assert_allclose(found, expected, atol=1e-5)


numpy_warns = pytest.mark.filterwarnings("ignore:.*np.object:FutureWarning")
tensorflow_warns = pytest.mark.filterwarnings("ignore:.*tf.lite.Interpreter is dep:UserWarning")


@numpy_warns
@pytest.mark.parametrize("masked", [False, True], ids=["plain", "masked"])
@pytest.mark.parametrize("name", LAYERS)
def test_onnx_of_any_batch_and_length(name, masked, tmp_path):
    exported = model(name, masked)
    run = onnx(exported, tmp_path / "model.onnx")
    check(run, exported, inputs((2, 7), (3, 4), (1, 1)))


@numpy_warns
def test_onnx_of_one_shape(tmp_path):
    exported = model("both", masked=True)
    run = onnx(exported, tmp_path / "model.onnx", [tf.TensorSpec((2, 7, FEATURES))])
    check(run, exported, inputs((2, 7)))


@tensorflow_warns
@pytest.mark.parametrize("name", LAYERS)
def test_litert_of_any_length(name, tmp_path):
    """A mask's operations come on top of those of a layer without."""
    exported = model(name, masked=True)
    run = litert(exported, tmp_path / "model.tflite", [tf.TensorSpec((1, None, FEATURES))])
    check(run, exported, inputs((1, 7), (1, 4), (1, 1)))


@tensorflow_warns
@pytest.mark.parametrize("shape", [(1, None), (1, 7), (2, None), (2, 7)], ids=str)
def test_litert_of_a_known_batch(shape, tmp_path):
    """Without a mask; LiteRT has no tensor lists of unknown batch."""
    batch, length = shape
    exported = model("peepholes", masked=False)
    run = litert(exported, tmp_path / "model.tflite", [tf.TensorSpec((*shape, FEATURES))])
    check(run, exported, inputs((batch, 7)) if length else inputs((batch, 7), (batch, 4)))
