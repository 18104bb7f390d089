"""Kneser-Ney smoothing, against NLTK's and as a distribution."""

import itertools

import pytest
from nltk.lm import KneserNeyInterpolated
from nltk.util import everygrams

from benchmarks.ngram import START, KneserNey, _discounts
from tests.apps.lm.conftest import NAMES

TEXTS = [list(name) for name in NAMES.split()]
END = "</s>"
TOKENS = sorted({token for text in TEXTS for token in text} | {END})


def model(order):
    return KneserNey([[*text, END] for text in TEXTS], order, len(TOKENS))


@pytest.mark.parametrize("order", [2, 3, 4])
def test_against_nltk(order):
    """With its one discount for all counts, and none for single tokens."""
    ours = model(order)
    ours.discounts = dict.fromkeys(ours.discounts, (0.0, 0.1, 0.1, 0.1)) | {1: (0.0,) * 4}
    if order > 2:
        ours.counts[()][START] = 1  # it takes a start for a token that may come, after another
    peer = KneserNeyInterpolated(order)
    padded = [["<s>"] * (order - 1) + text + [END] for text in TEXTS]
    peer.fit([everygrams(text, max_len=order) for text in padded], TOKENS)
    compared = 0
    for text in padded[:12]:
        for i in range(len(text) - order + 1):
            before = text[i : i + order - 1]
            # What stands before a start it counts otherwise.
            if "<s>" not in before:
                p = ours.p(text[i + order - 1], before)
                assert p == pytest.approx(peer.score(text[i + order - 1], before), rel=1e-9)
                compared += 1
    assert compared > 20


@pytest.mark.parametrize("order", [1, 2, 5])
def test_it_is_a_distribution(order):
    ours = model(order)
    contexts = itertools.product([START, *TOKENS], repeat=order - 1)
    for before in itertools.islice(contexts, 0, None, 9973 if order == 5 else 1):
        assert sum(ours.p(token, before) for token in TOKENS) == pytest.approx(1)


def test_discounts():
    """Chen and Goodman's, by hand: 4 n-grams once, 3 twice, 2 three times, 1 four times."""
    counts = dict(enumerate([1] * 4 + [2] * 3 + [3] * 2 + [4]))
    y = 4 / (4 + 2 * 3)
    expected = (0, 1 - 2 * y * 3 / 4, 2 - 3 * y * 2 / 3, 3 - 4 * y * 1 / 2)
    assert _discounts(counts) == pytest.approx(expected)
