"""The layers in `fit` and `predict`: they learn, compiled or not, on any shape."""

import keras
import numpy as np
import pytest

from gated.layers import GRU, LSTM, Bidirectional, Deep
from tests.gradients import assert_same, randomize, value_and_gradients
from tests.layers.parameters import LAYERS, each

FEATURES = 3

WRAPPED = {
    **LAYERS,
    "Bidirectional": lambda **options: Bidirectional(LSTM(4, **options)),
    "Deep": lambda **options: Deep(
        [Bidirectional(GRU(4, **options), merge_mode="sum"), LSTM(4, **options)], residual=True
    ),
}
MASK = np.array([[1, 1, 1, 1, 1], [0, 1, 0, 1, 0], [0, 0, 0, 0, 0]], bool)


def sequences(batch=3, length=5):
    return np.random.default_rng(0).normal(size=(batch, length, FEATURES)).astype("float32")


def first_tokens(number, seed):
    """Sequences of 15 tokens; the first, 0 or 1, is the answer, and 2 to 7 are noise."""
    rng = np.random.default_rng(seed)
    answers = rng.integers(2, size=(number, 1))
    return np.concatenate([answers, rng.integers(2, 8, size=(number, 14))], axis=1), answers


@pytest.mark.parametrize("layer_class, options", [(LSTM, {"peepholes": True}), (GRU, {})])
def test_remembers_the_first_token(layer_class, options):
    layers = [keras.layers.Embedding(8, 8), layer_class(16, **options), keras.layers.Dense(2)]
    model = keras.Sequential(layers)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(0.02), loss, metrics=["accuracy"])
    model.fit(*first_tokens(512, seed=0), batch_size=32, epochs=10, verbose=0)
    fresh = model.evaluate(*first_tokens(256, seed=1), verbose=0, return_dict=True)
    assert fresh["accuracy"] > 0.95


@pytest.mark.parametrize("make", each(LAYERS, on_jax=["GRU", "LSTM"]))
def test_unrolled_equals_the_loop(make):
    loop = make(return_sequences=True, return_state=True)
    unrolled = make(return_sequences=True, return_state=True, unroll=True)
    for layer in (loop, unrolled):
        layer.build((None, 5, FEATURES))
    unrolled.set_weights(randomize(loop).get_weights())
    states = [np.random.default_rng(1).normal(size=(3, 4)) for _ in loop.state_size]
    one, other = (
        value_and_gradients(layer, sequences(), states, mask=MASK) for layer in (loop, unrolled)
    )
    assert_same(one, other, 1e-5)


@pytest.mark.skipif(keras.backend.backend() == "torch", reason="PyTorch does not compile with XLA")
@pytest.mark.parametrize(
    "make",
    each({n: WRAPPED[n] for n in ("LSTM", "GRU simplified", "Deep")}, on_jax=["Deep"]),
)
@pytest.mark.slow
def test_fit_compiled_by_xla(make):
    losses = []
    for jit_compile in (True, False):
        keras.utils.set_random_seed(0)
        model = keras.Sequential([keras.layers.Masking(), make()])
        model.compile("adam", "mse", jit_compile=jit_compile)
        inputs = np.where(MASK[..., None], sequences(), 0)
        outputs = model(inputs)
        history = model.fit(inputs, np.ones(outputs.shape), batch_size=3, epochs=3, verbose=0)
        losses.append(history.history["loss"])
    assert losses[0][-1] < losses[0][0]
    np.testing.assert_allclose(*losses, rtol=1e-5)


@pytest.mark.parametrize("make", each(WRAPPED, on_jax=["LSTM", "Deep"]))
def test_any_batch_and_length(make):
    """One model of unknown batch and length; each sequence alone gives what the batch gives."""
    inputs = keras.Input((None, FEATURES))
    layer = make(return_sequences=True)
    model = keras.Model(inputs, layer(inputs))
    assert model.output_shape == (None, None, layer.compute_output_shape((1, 1, FEATURES))[-1])
    together = model.predict(sequences(), verbose=0)
    np.testing.assert_allclose(model.predict(sequences()[:1], verbose=0), together[:1], atol=1e-6)
    first = model.predict(sequences()[:, :1], verbose=0)
    assert first.shape == (3, 1, together.shape[-1])
    if not isinstance(layer, (Bidirectional, Deep)):  # these look ahead
        np.testing.assert_allclose(first, together[:, :1], atol=1e-6)


def test_length_one_and_batch_one():
    layer = Bidirectional(LSTM(4, peepholes=True, return_sequences=True))
    one = sequences(1, 1)
    mask = np.ones((1, 1), bool)
    np.testing.assert_allclose(
        keras.ops.convert_to_numpy(layer(one, mask=mask)),
        keras.ops.convert_to_numpy(layer(one)),
        atol=1e-7,
    )
    assert not keras.ops.convert_to_numpy(layer(one, mask=~mask)).any()
