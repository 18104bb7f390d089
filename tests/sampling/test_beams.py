"""The search, against all sequences of a toy alphabet and a search in Python."""

import itertools
import math

import numpy as np
import pytest
from keras import ops

from gated.compiling import compiled
from gated.sampling import beam_search

STOP, TOKENS, LENGTH = 0, 3, 4
# [t, x]: the probabilities of the token after x at step t, which the state counts.
CHAIN = np.random.default_rng(8).dirichlet(np.full(TOKENS, 0.7), (LENGTH, TOKENS)).astype("float32")


def step(token, states):
    (count,) = states
    rows = ops.take(
        ops.convert_to_tensor(CHAIN.reshape(-1, TOKENS)), count * TOKENS + token, axis=0
    )
    return 3 + ops.log(rows), [count + 1]  # as logits, up to a constant


@pytest.fixture(params=[False, True])
def search(request):
    """The search, as it is and compiled."""

    def run(width, left=1, length=LENGTH):
        def found():
            zeros = ops.zeros((1,), "int32")
            return beam_search(
                step, ops.log_softmax, zeros + STOP, [zeros], left, length, width, STOP
            )

        tokens, log_p = (compiled(found, jit=True) if request.param else found)()
        return ops.convert_to_numpy(tokens).tolist(), ops.convert_to_numpy(log_p)

    return run


def log_p(text, stops):
    """Of a text padded with STOP, or None if it is no such text."""
    total, before, left = 0.0, STOP, stops
    for t, token in enumerate(text):
        if left == 0:
            if token != STOP:
                return None
            continue
        total += math.log(CHAIN[t, before, token])
        left -= token == STOP
        before = token
    return total


def ranked(stops, length):
    texts = itertools.product(range(TOKENS), repeat=length)
    scored = [(log_p(text, stops), list(text)) for text in texts]
    return sorted((one for one in scored if one[0] is not None), reverse=True)


@pytest.mark.parametrize("stops, length", [(1, LENGTH), (2, LENGTH), (1, 1), (2, 3)])
def test_wide_enough_it_ranks_all_sequences(search, stops, length):
    expected = ranked(stops, length)
    width = len(expected) + 2
    tokens, scores = search(width, stops, length)
    assert tokens[:-2] == [text for _, text in expected]
    np.testing.assert_allclose(scores[:-2], [score for score, _ in expected], rtol=1e-5)
    assert (scores[-2:] == -np.inf).all()


@pytest.mark.parametrize("width", [1, 2, 3, 4])
@pytest.mark.parametrize("stops", [1, 2])
def test_a_narrow_one_keeps_the_likeliest_at_each_step(search, width, stops):
    kept = [[]]
    for _ in range(LENGTH):
        texts = [[*text, token] for text in kept for token in range(TOKENS)]
        scored = [(log_p(text, stops), text) for text in texts]
        kept = [text for _, text in sorted((s for s in scored if s[0] is not None), reverse=True)]
        kept = kept[:width]
    tokens, scores = search(width, stops)
    assert tokens == kept
    np.testing.assert_allclose(scores, [log_p(text, stops) for text in kept], rtol=1e-5)
    best, _ = ranked(stops, LENGTH)[0]
    assert scores[0] <= best + 1e-5
