"""Naive Bayes beside a network, by its definition."""

import math
from collections import Counter
from itertools import pairwise

import keras
import numpy as np
import pytest

from apps.sentiment.config import Config
from apps.sentiment.model import naive_bayes
from apps.sentiment.model.batches import Batches
from apps.sentiment.model.encoder import Encoded
from apps.sentiment.model.naive_bayes import NaiveBayes, with_naive_bayes
from gated.training.network import computing_in


def grams(text):
    known = [(word,) for word in text if word > 1]
    return known + [pair for pair in pairwise(text) if min(pair) > 1]


@pytest.fixture(scope="module")
def texts():
    rng = np.random.default_rng(0)
    return [rng.integers(1, 9, size=n).tolist() for n in (5, 0, 3, 7, 1, 6)], [0, 1, 2, 1, 1, 2]


def encoded(texts):
    """Of ids."""
    index = np.concatenate([*texts, [0]]).astype("int32")
    return Encoded(index, np.arange(9, dtype="int32"), [len(text) for text in texts])


@pytest.fixture(scope="module")
def layer(texts):
    texts, labels = texts
    return NaiveBayes.of(encoded(texts), np.array(labels), 3)


def test_by_its_definition(texts, layer):
    counts = [Counter() for _ in range(3)]
    for text, label in zip(*texts, strict=True):
        counts[label].update(grams(text))
    seen = set().union(*counts)
    rng = np.random.default_rng(1)
    words = rng.integers(0, 12, size=(40, 9))
    words[np.arange(9) >= rng.integers(0, 10, size=(40, 1))] = 0
    p = rng.dirichlet(np.ones(3), 40)
    found = layer([p.astype("float32"), words]).numpy()
    np.testing.assert_allclose(layer([p, words], training=True), p, atol=1e-6)
    for text, before, after in zip(words.tolist(), p, found, strict=True):
        known = [one for one in grams(text) if one in seen]
        s = [sum(math.log((n[one] + 1) / (n.total() + len(seen))) for one in known) for n in counts]
        bayes = np.array([1, 3, 2]) * np.exp(np.array(s) / math.sqrt(max(1, len(known))))
        expected = np.sqrt(before * bayes)
        np.testing.assert_allclose(after, expected / expected.sum(), rtol=1e-4)


def test_some_texts_at_a_time(texts, layer, monkeypatch):
    monkeypatch.setattr(naive_bayes, "_TOKENS", 4)
    texts, labels = texts
    again = NaiveBayes.of(encoded(texts), np.array(labels), 3)
    for one, other in zip(layer.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_the_most_frequent(monkeypatch):
    monkeypatch.setattr(naive_bayes, "_MOST", 3)
    layer = NaiveBayes.of(encoded([[2, 3], [3, 2, 3], [4]]), np.array([0, 1, 1]), 2)
    assert layer.get_weights()[0].tolist() == [[0, 2], [0, 3], [2, 3]]


def test_texts_without_a_word():
    layer = NaiveBayes.of(encoded([[1, 1], []]), np.array([0, 1]), 2)
    p = np.array([[0.25, 0.75]], "float32")
    np.testing.assert_array_equal(layer([p, np.array([[1, 2]])]), p)


def test_it_computes_in_float32_beside_a_network_that_does_not():
    """The loss of what trains in float16 is scaled, or small gradients would be 0."""
    with computing_in("mixed_float16"):
        words = keras.Input((None,), dtype="int32")
        pooled = keras.layers.GlobalAveragePooling1D()(keras.layers.Embedding(5, 4)(words))
        classes = keras.layers.Dense(2, activation="softmax", dtype="float32")(pooled)
        network = keras.Model([words], classes)
    texts = encoded([[2, 3], [4]])
    training = Batches(texts, np.array([0, 1]), Config())
    model = with_naive_bayes(network, training)
    assert model.get_layer("naive_bayes").compute_dtype == "float32"
    model.compile("adam", "sparse_categorical_crossentropy")
    assert isinstance(model.optimizer, keras.optimizers.LossScaleOptimizer)
