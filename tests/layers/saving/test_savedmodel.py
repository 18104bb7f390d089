"""A SavedModel runs where there is TensorFlow, but neither Keras nor this library."""

import subprocess
import sys

import keras
import numpy as np
import pytest

from gated.layers import GRU, LSTM, Bidirectional, Deep, SimpleRNN
from tests.gradients import randomize
from tests.layers.graphs import compilations, operations

if keras.backend.backend() != "tensorflow":
    pytest.skip("SavedModel graphs come from the TensorFlow backend", allow_module_level=True)

import tensorflow as tf
from tensorflow.core.protobuf import saved_model_pb2

FEATURES = 3

LAYERS = {
    "rnn": lambda: SimpleRNN(4, return_sequences=True),
    "gru": lambda: GRU(4, relevance_gate=False),
    "lstm": lambda: LSTM(4, peepholes="previous", go_backwards=True, return_sequences=True),
    "both": lambda: Bidirectional(LSTM(4, peepholes=True, return_sequences=True)),
    "deep": lambda: Deep(Bidirectional(GRU(4), merge_mode="sum"), 2, dropout=0.2, residual=True),
}

# Loads and runs each model; an import of Keras or of the library raises.
LOADER = """
import sys

sys.modules["keras"] = sys.modules["gated"] = None
import numpy as np
import tensorflow as tf

folder, *names = sys.argv[1:]
inputs = np.load(f"{folder}/inputs.npz")
found = {}
for name in names:
    model = tf.saved_model.load(f"{folder}/{name}")
    for which in inputs:
        calls = 2 if name == "stateful" else 1
        if name in ("stateful", "static") and len(inputs[which]) != 2:
            continue
        for call in range(calls):
            found[f"{name} {which} {call}"] = model.serve(inputs[which])
np.savez(f"{folder}/outputs.npz", **found)
assert sys.modules["keras"] is None and sys.modules["gated"] is None
"""


def embedded(make):
    """Token ids in, so that a mask goes through the graph too."""
    ids = keras.Input((None,), dtype="int32", name="ids")
    embedding = keras.layers.Embedding(10, FEATURES, mask_zero=True)
    return keras.Model(ids, make()(embedding(ids)))


def stateful():
    ids = keras.Input((None,), batch_size=2, dtype="int32")
    embedding = keras.layers.Embedding(10, FEATURES, mask_zero=True)
    return keras.Model(ids, LSTM(4, peepholes=True, stateful=True)(embedding(ids)))


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """The models, the arrays that they are tried on, what the loaded graphs put out, the folder."""
    folder = tmp_path_factory.mktemp("exported")
    models = {name: embedded(make) for name, make in LAYERS.items()}
    models["stateful"] = stateful()
    models["static"] = embedded(LAYERS["deep"])
    # Batches and lengths that no graph was traced with.
    inputs = {
        "two": np.array([[1, 2, 3, 0, 0, 0, 0], [0, 4, 5, 0, 6, 7, 8]], "int32"),
        "one": np.array([[9]], "int32"),
        "all masked": np.array([[1, 0], [0, 0], [2, 3]], "int32"),
    }
    np.savez(folder / "inputs.npz", **inputs)
    for name, model in models.items():
        randomize(model)
        signature = [tf.TensorSpec((2, 7), "int32")] if name == "static" else None
        model.export(folder / name, verbose=False, input_signature=signature)
    done = subprocess.run(
        [sys.executable, "-c", LOADER, str(folder), *models],
        capture_output=True,
        text=True,
        cwd=folder,
    )
    assert done.returncode == 0, done.stderr
    return models, inputs, np.load(folder / "outputs.npz"), folder


@pytest.mark.parametrize("name", LAYERS)
def test_runs_without_this_library(exported, name):
    models, inputs, found, _ = exported
    for which, ids in inputs.items():
        expected = models[name](ids)
        np.testing.assert_allclose(found[f"{name} {which} 0"], expected, atol=1e-6)


def test_a_stateful_model_goes_on_where_it_was(exported):
    models, inputs, found, _ = exported
    model = models["stateful"]
    model.layers[-1].reset_state()
    for call in range(2):
        expected = model(inputs["two"])
        np.testing.assert_allclose(found[f"stateful two {call}"], expected, atol=1e-6)


def test_a_model_of_one_shape_runs_without_this_library(exported):
    models, inputs, found, _ = exported
    expected = models["static"](inputs["two"])
    np.testing.assert_allclose(found["static two 0"], expected, atol=1e-6)


def for_xla(definition):
    """What in a graph XLA must compile, or takes XLA's operations."""
    return compilations(definition) + sum(op.startswith("Xla") for op in operations(definition))


def in_savedmodel(folder):
    model = saved_model_pb2.SavedModel.FromString((folder / "saved_model.pb").read_bytes())
    (graph,) = model.meta_graphs
    assert operations(graph.graph_def) & {"While", "StatelessWhile"}
    return for_xla(graph.graph_def)


@pytest.mark.parametrize("length", [None, 5])
def test_a_stream_of_one_sequence(length, tmp_path):
    """Batch 1, stateful: chunk after chunk is one long sequence, masked steps and all."""
    ids = keras.Input((length,), batch_size=1, dtype="int32")
    vectors = keras.layers.Embedding(10, FEATURES, mask_zero=True)(ids)
    stack = Deep([GRU(4, stateful=True), LSTM(4, stateful=True, return_sequences=True)])
    model = randomize(keras.Model(ids, stack(vectors)))
    model.export(tmp_path / "model", verbose=False)
    assert not in_savedmodel(tmp_path / "model")
    served = tf.saved_model.load(tmp_path / "model")
    long = np.array([[1, 2, 0, 3, 4, 5, 0, 6, 7, 8]], "int32")
    chunks = [served.serve(chunk) for chunk in np.split(long, 2, axis=1)]
    lone = Deep([GRU(4), LSTM(4, return_sequences=True)])
    lone.build((None, None, FEATURES))
    lone.set_weights(stack.get_weights())
    expected = lone(model.layers[1](long), mask=long != 0)
    np.testing.assert_allclose(np.concatenate(chunks, axis=1), expected, atol=1e-6)


def test_of_no_steps_a_server_gives_none(tmp_path):
    model = embedded(LAYERS["both"])
    model.export(tmp_path / "model", verbose=False)
    served = tf.saved_model.load(tmp_path / "model")
    assert served.serve(np.ones((2, 0), "int32")).shape == (2, 0, 8)


@pytest.mark.skipif(bool(tf.config.list_logical_devices("GPU")), reason="no XLA beside a GPU")
def test_a_graph_of_one_shape_is_compiled_where_it_is_not_exported():
    """Else the next two tests would say nothing."""
    graph = tf.function(embedded(LAYERS["lstm"]), input_signature=[tf.TensorSpec((2, 7), "int32")])
    assert for_xla(graph.get_concrete_function().graph.as_graph_def())


@pytest.mark.parametrize("name", [*LAYERS, "stateful", "static"])
def test_a_server_compiles_nothing(exported, name):
    folder = exported[3]
    assert not in_savedmodel(folder / name)


@pytest.mark.parametrize("shape", [(2, 7), (None, None)], ids=str)
def test_a_server_compiles_nothing_from_an_archive(shape, tmp_path):
    model = embedded(LAYERS["lstm"])
    signature = [tf.TensorSpec(shape, "int32")]
    called = tf.function(lambda ids: model(ids))
    called(tf.ones((2, 7), "int32"))
    archive = keras.export.ExportArchive()
    archive.track(model)
    archive.add_endpoint("serve", model.call, signature)
    archive.add_endpoint("train", lambda ids: model(ids, training=True), signature)
    archive.add_endpoint("called before", called)
    archive.write_out(tmp_path / "model", verbose=False)
    assert not in_savedmodel(tmp_path / "model")


@pytest.mark.parametrize("name", LAYERS)
def test_a_graph_of_unknown_shape_has_no_python_left(name):
    """The loop over time is one operation of the graph, whatever the length."""
    model = embedded(LAYERS[name])
    graph = tf.function(model, input_signature=[tf.TensorSpec([None, None], "int32")])
    found = operations(graph.get_concrete_function().graph.as_graph_def())
    assert found & {"While", "StatelessWhile"}
    assert not found & {"PyFunc", "EagerPyFunc"}


def test_unrolling_needs_the_length():
    layer = LSTM(4, unroll=True)
    unknown = tf.TensorSpec([None, None, FEATURES])
    with pytest.raises(ValueError, match="known length"):
        tf.function(layer, input_signature=[unknown]).get_concrete_function()
