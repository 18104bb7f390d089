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


def likeliest(logits, count):
    return ops.top_k(ops.log_softmax(logits), count)


@pytest.fixture(params=[False, True])
def search(request):
    """The search, as it is and compiled."""

    def run(width, left=1, length=LENGTH):
        def found():
            zeros = ops.zeros((1,), "int32")
            return beam_search(step, likeliest, zeros + STOP, [zeros], left, length, width, STOP)

        beams = (compiled(found, jit=True) if request.param else found)()
        tokens, log_p = (ops.convert_to_numpy(one)[0] for one in (beams.tokens, beams.log_p))
        np.testing.assert_array_equal(log_p, ops.convert_to_numpy(beams.scores)[0])
        return tokens.tolist(), log_p

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


# [b, t, x, token]: chains and what the steps look at, of a batch of three.
CHAINS = np.random.default_rng(9).dirichlet(np.full(TOKENS, 0.7), (3, LENGTH, TOKENS))
LOOKS = np.random.default_rng(10).dirichlet(np.ones(4), (3, LENGTH, TOKENS))
THERE = np.array([[1, 1, 1, 1], [1, 1, 0, 0], [1, 1, 1, 0]], bool)
LIMITS = np.array([4, 2, 3], "int32")
LOOKS = LOOKS * THERE[:, None, None]


def step_of_batch(token, states):
    """The state is [b, 2], which chain and how many tokens there are."""
    (state,) = states
    places = (state[:, 0] * LENGTH + state[:, 1]) * TOKENS + token
    rows, looks = (
        ops.take(ops.convert_to_tensor(x.reshape(-1, x.shape[-1]).astype("float32")), places, 0)
        for x in (CHAINS, LOOKS)
    )
    return ops.log(rows), [state + ops.convert_to_tensor([0, 1], "int32")], looks


def scored(i, text, alpha, beta):
    """Score, log P and looks of a text of chain i; None if it is none."""
    total, before, size, looks = 0.0, STOP, 0, []
    for t, token in enumerate(text):
        if (size and before == STOP) or t >= LIMITS[i]:
            if token != STOP:
                return None
            continue
        total += math.log(CHAINS[i, t, before, token])
        looks.append(LOOKS[i, t, before])
        before, size = token, size + 1
    seen = np.minimum(np.sum(looks, 0)[THERE[i]], 1)
    score = total / ((5 + size) / 6) ** alpha + beta * np.log(np.maximum(seen, 1e-10)).sum()
    looks = np.pad(looks, [(0, LENGTH - size), (0, 0)])
    return score, total, list(text), looks


@pytest.mark.parametrize("alpha, beta", [(0.0, 0.0), (1.0, 0.0), (0.6, 0.2)])
@pytest.mark.parametrize("jit", [False, True])
def test_a_batch_ranks_all_sequences_of_each(alpha, beta, jit):
    """With limits, length normalisation and coverage; and what each step looked at comes along."""

    def search(chains, there, limits):
        count = ops.shape(chains)[0]
        states = [ops.stack([chains, ops.zeros_like(chains)], axis=1)]
        token = ops.full((count,), STOP, dtype="int32")
        return beam_search(
            step_of_batch,
            ops.top_k,
            token,
            states,
            1,
            LENGTH,
            60,
            STOP,
            limits=limits,
            alpha=alpha,
            beta=beta,
            attended=there,
        )

    run = compiled(search, jit=jit)

    def call(which):
        given = np.array(which, "int32"), THERE[which], LIMITS[which]
        return [ops.convert_to_numpy(one) for one in run(*map(ops.convert_to_tensor, given))]

    together = call([0, 1, 2])
    for i in range(3):
        texts = itertools.product(range(TOKENS), repeat=LENGTH)
        # A text that ended is padded with STOP, and so occurs once.
        expected = [one for text in texts if (one := scored(i, text, alpha, beta))]
        expected.sort(key=lambda one: -one[0])
        tokens, log_p, scores, weights = (one[i] for one in together)
        count = len(expected)
        assert tokens[:count].tolist() == [text for _, _, text, _ in expected]
        np.testing.assert_allclose(scores[:count], [one[0] for one in expected], rtol=1e-4)
        np.testing.assert_allclose(log_p[:count], [one[1] for one in expected], rtol=1e-4)
        np.testing.assert_allclose(weights[:count], [one[3] for one in expected], atol=1e-6)
        assert (scores[count:] == -np.inf).all()
        for one, other in zip(call([i]), together, strict=True):
            np.testing.assert_allclose(one[0, :count], other[i, :count], atol=1e-6)
