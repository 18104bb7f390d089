"""Naive Bayes beside a network, by its definition."""

import math
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest

from apps.sentiment.model.naive_bayes import NaiveBayes


def grams(text):
    known = [(word,) for word in text if word > 1]
    return known + [pair for pair in pairwise(text) if min(pair) > 1]


@pytest.fixture(scope="module")
def texts():
    rng = np.random.default_rng(0)
    return [rng.integers(1, 9, size=n).tolist() for n in (5, 0, 3, 7, 1, 6)], [0, 1, 2, 1, 1, 2]


@pytest.fixture(scope="module")
def layer(texts):
    texts, labels = texts
    splits = np.cumsum([0, *map(len, texts)])
    return NaiveBayes.of(np.concatenate(texts), splits, np.array(labels), 3)


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


def test_texts_without_a_word():
    layer = NaiveBayes.of(np.array([1, 1]), np.array([0, 2, 2]), np.array([0, 1]), 2)
    p = np.array([[0.25, 0.75]], "float32")
    np.testing.assert_array_equal(layer([p, np.array([[1, 2]])]), p)
