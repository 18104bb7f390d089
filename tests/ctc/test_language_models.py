"""Shallow fusion, against each text's score by the language model itself."""

import functools
import math

import numpy as np
import pytest
from keras import ops

from gated.compiling import compiled
from gated.ctc import CharacterModel, Sum, WordModel, prefix_beam_search, score, word_count
from tests.ctc.enumerated import ALL, assert_same, found_texts, frames, narrow, tensors, texts
from tests.ctc.models import language_model, log_probabilities

# The models read lower case; they know no `a`, and not the word `ba`.
TOKENS = ["", " ", "a", "B"]
WEIGHT, BONUS, PENALTY = 0.6, 0.9, 1.5


def said(text):
    return "".join(TOKENS[token] for token in text).lower()


class Characters:
    def __init__(self):
        self.codec, self.model = language_model(["b cd b"], "char", lower=True)
        self.scorer = CharacterModel(self.codec, self.model, TOKENS)

    def log_p(self, text):
        *tokens, end = log_probabilities(self.codec, self.model, list(said(text)))
        return sum(tokens), end


class Words:
    def __init__(self):
        self.codec, self.model = language_model(["a b bb ab abb . cab c"], "word", lower=True)
        self.scorer = WordModel(self.codec, self.model, TOKENS, PENALTY)

    def log_p(self, text):
        words = said(text).split()
        *tokens, end = log_probabilities(self.codec, self.model, words)
        tokens = [
            p - (0 if word in self.codec.places else PENALTY)
            for p, word in zip(tokens, words, strict=True)
        ]
        # A word counts when it has ended.
        pending = tokens.pop() if tokens and text[-1] != 1 else 0.0
        return sum(tokens), pending + end


@pytest.fixture(scope="module", params=[Characters, Words])
def kind(request):
    return request.param()


@functools.cache
def weighted(kind, text):
    tokens, end = kind.log_p(text)
    words = said(text).split()
    pending = BONUS if words and text[-1] != 1 else 0.0
    return WEIGHT * tokens + BONUS * len(words) - pending, WEIGHT * end + pending


def search(kind, width):
    def run(log_p, lengths, weight):
        scorer = Sum([(weight, kind.scorer), (BONUS, word_count(TOKENS))])
        return prefix_beam_search(log_p, lengths, width, scorer)

    run = compiled(run, kind.model.variables, of_any_size=True)

    def found(log_p, lengths):
        found = run(*tensors(log_p, np.array(lengths, "int32"), np.float32(WEIGHT)))
        return [found_texts(found, row) for row in range(len(lengths))]

    return found


def test_it_finds_the_best_of_all_texts(kind):
    log_p, lengths = frames(21, 4, batch=2), [4, 0]
    for row, found in enumerate(search(kind, ALL[4] // 3)(log_p, lengths)):
        expected = texts(log_p[row, : lengths[row]])
        expected = [(text, p, p + sum(weighted(kind, text))) for text, p in expected.items()]
        assert_same(found, expected)
        assert found[0][0] == max(expected, key=lambda one: one[2])[0]


def test_a_narrow_one_keeps_the_best_at_each_frame(kind):
    log_p = np.log(np.random.default_rng(3).dirichlet(np.ones(4), (2, 12))).astype("float32")
    lengths = [12, 7]
    find = search(kind, 5)
    for row, found in enumerate(find(log_p, lengths)):
        [alone] = find(log_p[row : row + 1], lengths[row : row + 1])
        assert_same(alone, found)
        scores = (lambda text: weighted(kind, text)[0], lambda text: weighted(kind, text)[1])
        assert_same(found, narrow(log_p[row, : lengths[row]], 5, *scores))


def test_scores_of_whole_texts(kind):
    rows = np.random.default_rng(1).integers(1, 4, (40, 6)).astype("int32")
    counts = np.arange(40, dtype="int32") % 7
    run = compiled(lambda tokens, counts: score(kind.scorer, tokens, counts), kind.model.variables)
    expected = [
        math.fsum(kind.log_p(tuple(row[:count].tolist())))
        for row, count in zip(rows, counts, strict=True)
    ]
    found = ops.convert_to_numpy(run(*tensors(rows, counts)))
    np.testing.assert_allclose(found, expected, rtol=1e-4)
