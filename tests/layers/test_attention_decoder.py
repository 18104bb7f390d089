"""The decoder: Keras's cells step by step, padding, one step at a time, gradients, saving."""

import keras
import numpy as np
import pytest
from keras import ops

from gated.layers import GRU, LSTM, Attention, AttentionDecoder, Deep, SimpleRNN

SEQUENCES = {"return_sequences": True, "return_state": True}
MASK = np.array([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0], [1, 0, 0, 0, 0]], bool)
LAYERS = {
    "lstm": (LSTM, keras.layers.LSTMCell),
    "gru": (GRU, keras.layers.GRUCell),
    "simple-rnn": (SimpleRNN, keras.layers.SimpleRNNCell),
}


def decoder(kind=LSTM, depth=2, feeding=True, units=4, dropout=0.0, **options):
    layers = [kind(units, **SEQUENCES, **options) for _ in range(depth)]
    deep = Deep(layers, dropout=dropout)
    return AttentionDecoder(deep, Attention("general"), 6, input_feeding=feeding)


@pytest.fixture
def random():
    return np.random.default_rng(7)


def numbers(random, *shape):
    return random.normal(size=shape).astype("float32")


@pytest.fixture
def given(random):
    return numbers(random, 3, 7, 3), numbers(random, 3, 5, 8)


def with_weights(layer, given, random):
    layer(*given)
    layer.set_weights([numbers(random, *one.shape) / 2 for one in layer.get_weights()])
    return layer


def states_of(layer, random):
    return [numbers(random, 3, size) for size in layer.state_size]


def arrays(tensors):
    return [ops.convert_to_numpy(ops.cast(one, "float32")) for one in tensors]


@pytest.mark.parametrize("feeding", [True, False])
@pytest.mark.parametrize("name", LAYERS)
def test_as_by_cells_of_keras(name, feeding, given, random):
    kind, cell_kind = LAYERS[name]
    layer = with_weights(decoder(kind, feeding=feeding), given, random)
    y, memory = given
    states = states_of(layer, random)
    found = arrays(layer(y, memory, initial_state=states, memory_mask=MASK))

    cells = [cell_kind(4) for _ in range(2)]
    for cell, ours in zip(cells, layer.deep.layers, strict=True):
        cell.build((3, ours.kernel.shape[0]))
        cell.set_weights(ours.get_weights())
    kernel, *_ = layer.attention.get_weights()
    look = keras.layers.Attention()
    count = len(states[:-1]) // 2
    own, fed = [states[:count], states[count:-1]], states[-1]
    outputs, weights = [], []
    for t in range(7):
        x = np.concatenate([y[:, t], fed], -1) if feeding else y[:, t]
        for i, cell in enumerate(cells):
            x, own[i] = cell(x, own[i])
        x = ops.convert_to_numpy(x)
        context, p = look(
            [x[:, None], memory, memory @ kernel],
            mask=[None, ops.convert_to_tensor(MASK)],
            return_attention_scores=True,
        )
        context = ops.convert_to_numpy(context)[:, 0]
        fed = ops.convert_to_numpy(layer.out(np.concatenate([context, x], -1)))
        outputs.append(fed)
        weights.append(ops.convert_to_numpy(p)[:, 0])
    expected = [np.stack(outputs, 1), np.stack(weights, 1), *own[0], *own[1], fed]
    for ours, theirs in zip(found, expected, strict=True):
        np.testing.assert_allclose(ours, ops.convert_to_numpy(theirs), atol=1e-5)


@pytest.mark.parametrize("options", [{}, {"peepholes": True}, {"peepholes": "previous"}])
def test_a_step_at_a_time(options, given, random):
    layer = with_weights(decoder(**options), given, random)
    y, memory = map(ops.convert_to_tensor, given)
    states = [ops.convert_to_tensor(one) for one in states_of(layer, random)]
    fed, weights, *last = layer(y, memory, initial_state=states, memory_mask=MASK)
    prepared = layer.attention.prepare(memory, ops.convert_to_tensor(MASK))
    for t in range(7):
        one, p, states = layer.step(y[:, t], states, prepared)
        pairs = arrays([one, fed[:, t], p, weights[:, t]])
        np.testing.assert_allclose(pairs[0], pairs[1], atol=1e-5)
        np.testing.assert_allclose(pairs[2], pairs[3], atol=1e-5)
    for one, other in zip(arrays(states), arrays(last), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)


def test_padding_does_not_matter(given, random):
    layer = with_weights(decoder(), given, random)
    y, memory = given
    together = arrays(layer(y, memory, memory_mask=MASK))
    for i, length in enumerate(MASK.sum(1)):
        alone = arrays(layer(y[i : i + 1], memory[i : i + 1, :length]))
        np.testing.assert_allclose(alone[0][0], together[0][i], atol=1e-5)
        np.testing.assert_allclose(alone[1][0], together[1][i, :, :length], atol=1e-5)
        assert not together[1][i, :, length:].any()


def test_the_mask_that_the_memory_comes_with(given, random):
    layer = with_weights(decoder(), given, random)
    ids = np.array([[1, 2, 3, 4, 0], [4, 3, 0, 0, 0], [1, 0, 0, 0, 0]])
    memory = keras.layers.Embedding(5, 8, mask_zero=True)(ids)
    fed, weights, *_ = layer(given[0], memory)
    expected, *_ = layer(given[0], ops.convert_to_numpy(memory), memory_mask=ids > 0)
    np.testing.assert_allclose(*arrays([fed, expected]), atol=1e-6)
    assert ((ops.convert_to_numpy(weights) > 0) == (ids > 0)[:, None]).all()


def test_in_a_model_that_does_not_know_its_sizes(given, random, tmp_path):
    inputs = keras.Input((None, 3)), keras.Input((None, 8))
    layer = decoder(dropout=0.5)
    model = keras.Model(inputs, list(layer(*inputs)))
    assert model.outputs[0].shape == (None, None, 6) and model.outputs[1].shape[0] is None
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    for one, other in zip(model.predict(given), loaded.predict(given), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.skipif(keras.backend.backend() == "torch", reason="its loop takes minutes")
def test_it_learns_to_reverse(random):
    """Of what it attends to every step has its token and its place."""
    keras.utils.set_random_seed(3)
    tokens, memory = keras.Input((None, 9)), keras.Input((6, 15))
    deep = Deep([LSTM(16, **SEQUENCES)])
    fed, *_ = AttentionDecoder(deep, Attention("additive", units=16), 32)(tokens, memory)
    model = keras.Model([tokens, memory], keras.layers.Dense(9, "softmax")(fed))
    model.compile(keras.optimizers.Adam(0.02), "sparse_categorical_crossentropy")

    def batch(count):
        ids = random.integers(1, 9, (count, 6))
        one_hot, places = np.eye(9)[ids], np.tile(np.eye(6), (count, 1, 1))
        targets = ids[:, ::-1]
        before = np.eye(9)[np.pad(targets, [(0, 0), (1, 0)])[:, :-1]]
        return [before, np.concatenate([one_hot, places], -1)], targets

    model.fit(*batch(512), 64, epochs=40, verbose=0)
    given, targets = batch(64)
    assert (model.predict(given, verbose=0).argmax(-1) == targets).mean() > 0.95


def test_what_is_dropped_is_dropped_at_all_steps(given, random):
    """With all inputs between the layers dropped, the upper layer sees nothing of the lower."""
    layer = with_weights(decoder(dropout=1.0), given, random)
    y, memory = given
    one, *_ = layer(y, memory, training=True)
    other, *_ = layer(-y, memory, training=True)
    plain, *_ = layer(y, memory)
    one, other, plain = arrays([one, other, plain])
    np.testing.assert_array_equal(one, other)
    assert np.abs(one - plain).max() > 1e-3


@pytest.mark.parametrize(
    "make",
    [
        lambda: AttentionDecoder(LSTM(4), Attention(), 6),
        lambda: AttentionDecoder(keras.layers.LSTM(4, **SEQUENCES), Attention(), 6),
        lambda: AttentionDecoder(Deep([LSTM(4, **SEQUENCES)], residual=True), Attention(), 6),
    ],
)
def test_layers_that_make_no_decoder(make):
    with pytest.raises(ValueError, match="decoder"):
        make()
