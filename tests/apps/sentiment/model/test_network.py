"""The network: pooling by its definition, padding that does not matter, saving."""

import keras
import numpy as np
import pytest
from keras import ops

from apps.sentiment.config import Config
from apps.sentiment.model.encoder import WordEncoder
from apps.sentiment.model.network import build_model, pool
from gated.layers import GRU, LSTM, SimpleRNN
from gated.text.spelled import SpelledWords
from gated.text.vocabulary import Vocabulary
from gated.training.batches import places

KINDS = ["last", "mean", "max"]
OPTIONS = [
    {},
    {"layer": "gru", "depth": 2},
    {"peepholes": "yes", "weight_dropout": 0.1},
    *({"pooling": (kind,)} for kind in KINDS),
    {"pooling": tuple(KINDS)},
]


@pytest.fixture(scope="module")
def encoder():
    words = Vocabulary.of(["a", "a", "a", "b", "b", "c", "d", "e"])
    return WordEncoder(SpelledWords(words, Vocabulary.of("abcxyz")), ["no", "yes", "perhaps"], 10)


def build(encoder, **options):
    keras.utils.set_random_seed(1)
    return build_model(encoder, Config(units=4, vector_size=5, **options))


def read(encoder, texts):
    encoded = encoder.encode(texts)
    return encoded.inputs(places(encoded.splits[:-1], encoded.lengths))


@pytest.mark.parametrize("kind", KINDS)
def test_pooling(kind):
    rng = np.random.default_rng(1)
    a = rng.uniform(-1, 1, (3, 5, 6)).astype("float32")
    lengths = [5, 2, 0]
    mask = np.arange(5) < np.array(lengths)[:, None]
    found = ops.convert_to_numpy(pool(kind, ops.array(a), ops.array(mask)))
    for row, length in enumerate(lengths):
        own = a[row, :length].astype("float64")
        if not length:
            expected = np.zeros(6)
        elif kind == "last":
            expected = np.concatenate([own[-1, :3], own[0, 3:]])
        else:
            expected = own.mean(axis=0) if kind == "mean" else own.max(axis=0)
        np.testing.assert_allclose(found[row], expected, atol=1e-6)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"layer": "gru-simplified"}, (GRU, "relevance_gate", False)),
        ({"layer": "simple-rnn"}, (SimpleRNN, "units", 4)),
        ({"peepholes": "previous"}, (LSTM, "peepholes", "previous")),
    ],
    ids=str,
)
def test_layers(encoder, options, expected):
    (layer,) = build(encoder, **options).get_layer("deep").layers
    kind, name, value = expected
    assert type(layer.forward_layer) is kind
    assert getattr(layer.forward_layer, name) == value


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_a_padded_batch_is_the_same_as_lone_texts(encoder, options):
    model = build(encoder, **options)
    texts = [["a"], ["b", "zyx", "c"], ["xx", "a", "b", "y", "e", "d"], []]
    together = model(read(encoder, texts)).numpy()
    np.testing.assert_allclose(together.sum(axis=1), 1, rtol=1e-6)
    for i, row in enumerate(together):
        alone = model(read(encoder, texts[i : i + 1])).numpy()[0]
        np.testing.assert_allclose(alone, row, atol=1e-6)
    assert abs(together[:3] - together[3]).max(axis=1).min() > 1e-4


def test_unknown_words_differ_by_their_spelling(encoder):
    model = build(encoder)
    words, characters = read(encoder, [["zyx"], ["xyz"], ["zyx"]])
    assert (words == 1).all()
    found = model([words, characters]).numpy()
    assert (found[0] == found[2]).all()
    assert abs(found[0] - found[1]).max() > 1e-5


def test_known_words_are_not_spelled(encoder):
    words, characters = read(encoder, [["a", "zyx"]])
    assert words.tolist() == [[2, 1]]
    assert not characters[0, 0].any() and characters[0, 1].all()


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_saved_and_loaded(encoder, tmp_path, options):
    model = build(encoder, **options)
    inputs = read(encoder, [["a", "q"], ["b"]])
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded(inputs), model(inputs))


@pytest.mark.parametrize(("count", "some"), [(9, "012345678"), (10, "0123456789"), (25, None)])
def test_of_long_texts_head_and_tail_are_read(encoder, count, some):
    text = " ".join(f"w{i}" for i in range(count))
    expected = [f"w{i}" for i in ([*range(5), *range(20, 25)] if some is None else map(int, some))]
    tokens = encoder.split(text)
    assert encoder.cut(tokens) == expected
    bounds = encoder.cut(encoder.locate(text, tokens))
    assert [text[start:end] for start, end in bounds] == expected
    encoded, lengths = encoder.read(["a b", text, ""])
    assert (encoded.lengths.tolist(), lengths.tolist()) == ([2, len(expected), 0], [2, count, 0])
