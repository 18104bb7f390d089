"""Which layers run on a kernel of the backend's own, and that it gives the same."""

import keras
import numpy as np
import pytest
from keras import ops

import gated.layers as gated
from tests.gradients import assert_same, randomize, value_and_gradients
from tests.layers.graphs import operations

BACKEND = keras.backend.backend()
RNG = np.random.default_rng(3)
X = RNG.normal(size=(3, 6, 4)).astype("float32")
H, C = RNG.normal(size=(2, 3, 5)).astype("float32")
STATES = {"LSTM": [H, C], "GRU": [H]}
MASK = np.array([[1, 1, 1, 1, 0, 0], [1] * 6, [0] * 6], bool)

# Layers, options and calls that no kernel knows.
OTHERS = [
    ("LSTM", {"peepholes": True}, {}),
    ("LSTM", {"activation": "relu"}, {}),
    ("LSTM", {"recurrent_activation": "hard_sigmoid"}, {}),
    ("LSTM", {"recurrent_dropout": 0.5}, {"training": True}),
    ("LSTM", {"unroll": True}, {}),
    ("LSTM", {"checkpoint": True}, {}),
    ("LSTM", {}, {"mask": MASK}),
    ("GRU", {"reset_after": False}, {}),
    ("GRU", {"relevance_gate": False}, {}),
    ("GRU", {}, {"mask": MASK}),
    ("SimpleRNN", {}, {}),
]


def built(name, **options):
    layer = getattr(gated, name)(5, return_sequences=True, return_state=True, **options)
    layer.build((None, None, 4))
    return randomize(layer)


@pytest.fixture
def gpu(monkeypatch):
    """The drivers of TensorFlow and JAX believe that there is a GPU; there, none of it runs."""
    if BACKEND == "tensorflow":
        import tensorflow as tf

        from gated.recurrence import on_tensorflow

        monkeypatch.setattr(on_tensorflow, "on_gpu", lambda: True)
        # The node can be made anywhere; only a GPU could run it.
        return lambda layer, *call: _traced(tf, layer, *call)
    if BACKEND == "jax":
        import jax
        from jax.experimental import rnn

        called = []

        def reference(x, h, c, weights, lengths, *sizes):
            called.append(sizes)
            return rnn.lstm_ref(
                x, h, c, *rnn.unpack_lstm_weights(weights, *sizes[:3], sizes[4]), lengths, *sizes
            )

        monkeypatch.setattr(jax, "default_backend", lambda: "gpu")
        monkeypatch.setattr(rnn, "lstm", reference)

        def kernel_runs(layer, x, call):
            called.clear()
            layer(x, **call)
            return bool(called)

        return kernel_runs
    return lambda layer, x, call: bool(_torch_kernels(lambda: layer(x, **call)))


def _traced(tf, layer, x, call):
    graph = tf.function(lambda x: layer(x, **call), autograph=False).get_concrete_function(x).graph
    return "CudnnRNN" in operations(graph.as_graph_def())


def _torch_kernels(function):
    import torch

    with torch.profiler.profile() as profile:
        function()
    return {"aten::lstm", "aten::gru"} & {event.name for event in profile.events()}


@pytest.mark.parametrize("name", ["LSTM", "GRU"])
@pytest.mark.parametrize("use_bias", [True, False])
def test_the_default_layers_run_on_the_kernel(name, use_bias, gpu):
    x = ops.convert_to_tensor(X)
    has_kernel = (BACKEND, name) != ("jax", "GRU")
    assert gpu(built(name, use_bias=use_bias), x, {}) == has_kernel
    forced = built(name, use_bias=use_bias, use_cudnn=True)
    if has_kernel:
        assert gpu(forced, x, {"training": True})
    else:
        with pytest.raises(ValueError, match="no native kernel"):
            forced(x)
    assert not gpu(built(name, use_bias=use_bias, use_cudnn=False), x, {})


@pytest.mark.parametrize("name, options, call", OTHERS)
def test_the_others_do_not(name, options, call, gpu):
    x = ops.convert_to_tensor(X)
    call = {key: ops.convert_to_tensor(value) for key, value in call.items()}
    assert not gpu(built(name, **options), x, call)
    with pytest.raises(ValueError, match="no native kernel"):
        built(name, use_cudnn=True, **options)(x, **call)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_half_precision(dtype, gpu):
    """In which PyTorch has no kernel on a CPU that keeps the states in float32."""
    x = ops.convert_to_tensor(X.astype("float32"))
    layer = built("LSTM", dtype=f"mixed_{dtype}")
    assert gpu(layer, x, {}) == (BACKEND != "torch")
    if BACKEND == "jax":
        loop = built("LSTM", dtype=f"mixed_{dtype}", use_cudnn=False)
        found = value_and_gradients(layer, X, STATES["LSTM"], training=True)
        assert found.outputs[0].dtype == dtype
        assert_same(found, value_and_gradients(loop, X, STATES["LSTM"], training=True), 0.02)


@pytest.mark.skipif(
    BACKEND == "tensorflow",
    reason="its kernel runs on a GPU only; its node and its packed weights are checked below",
)
@pytest.mark.parametrize("use_bias", [True, False])
@pytest.mark.parametrize("name", ["LSTM", "GRU"])
def test_the_kernel_gives_what_the_loop_gives(name, use_bias, gpu):
    """Values and gradients; on JAX by the reference that comes with the kernel."""
    kernel = built(name, use_bias=use_bias)
    loop = built(name, use_bias=use_bias, use_cudnn=False)
    found = value_and_gradients(kernel, X, STATES[name], training=True)
    assert_same(found, value_and_gradients(loop, X, STATES[name], training=True), 1e-5)


of_tensorflow = pytest.mark.skipif(
    BACKEND != "tensorflow",
    reason="of TensorFlow, whose kernel does not run here; those of the others do, above",
)


@of_tensorflow
def test_the_weights_are_packed_as_keras_packs_them():
    """For cuDNN on TensorFlow."""
    import tensorflow as tf
    from keras.src.backend.tensorflow.rnn import _standardize_cudnn_weights

    from gated.recurrence.native import flat_weights

    kernel, recurrent_kernel, biases = built("GRU").get_weights()

    def in_order(weight):
        update, relevance, candidate = tf.split(weight, 3, axis=-1)
        return [relevance, update, candidate]

    expected = _standardize_cudnn_weights(
        weights=in_order(kernel) + in_order(recurrent_kernel),
        biases=in_order(biases[0]) + in_order(biases[1]),
        shape=tf.constant([-1]),
        transpose_weights=True,
    )
    shared = [kernel, biases[0], recurrent_kernel, biases[1]]
    np.testing.assert_array_equal(flat_weights("gru", shared, True), expected)


@of_tensorflow
def test_an_export_of_tensorflow_holds_no_kernel_of_a_gpu(gpu, tmp_path):
    import tensorflow as tf

    model = keras.Sequential([keras.Input((None, 4)), gated.LSTM(5)])
    assert not model.layers[0].supports_jit  # Keras would have XLA compile the model otherwise
    model.export(tmp_path, verbose=False)
    loaded = tf.saved_model.load(tmp_path)
    graph = loaded.signatures["serving_default"].graph
    assert "CudnnRNN" not in operations(graph.as_graph_def())
    np.testing.assert_allclose(loaded.serve(X).shape, (3, 5))


@pytest.mark.skipif(
    BACKEND != "torch",
    reason="of PyTorch, where this is a path of its own; the others have one, checked above",
)
def test_without_gradients_the_kernel_runs_too():
    import torch

    layer, loop = built("LSTM"), built("LSTM", use_cudnn=False)
    x = torch.tensor(X)
    with torch.no_grad():
        assert _torch_kernels(lambda: layer(x))
        for found, expected in zip(layer(x), loop(x), strict=True):
            np.testing.assert_allclose(found, expected, atol=1e-6)
