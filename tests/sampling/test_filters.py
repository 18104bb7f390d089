"""The distribution of the next token, against one worked out token by token."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import ops

from gated.sampling import draw, next_distribution

TOKENS = 6


def by_hand(logits, never=(), temperature=1.0, top_k=0, top_p=1.0):
    """The same with Python's own sorting, one token after the other."""
    if temperature == 0:
        top_k, temperature = 1, 1.0
    p = {
        token: float(np.exp(logit / temperature))
        for token, logit in enumerate(logits)
        if token not in never
    }
    ranked = sorted(p, key=lambda token: (-p[token], token))
    kept = ranked[: top_k or len(ranked)]
    total, before, nucleus = sum(p.values()), 0.0, []
    for token in kept:
        if top_p == 1 or before < top_p * total:
            nucleus.append(token)
        before += p[token]
    whole = sum(p[token] for token in nucleus)
    return np.array([p[t] / whole if t in nucleus else 0.0 for t in range(len(logits))])


# Apart by at least 0.01, so that rounding does not change their order.
different = st.lists(st.integers(-400, 400), min_size=TOKENS, max_size=TOKENS, unique=True).map(
    lambda numbers: np.array(numbers, "float32") / 100
)


@settings(deadline=None)
@given(
    logits=different,
    never=st.sets(st.integers(0, TOKENS - 1), max_size=3),
    temperature=st.sampled_from([0.0, 0.5, 1.0, 2.0]),
    top_k=st.integers(0, TOKENS + 2),
    top_p=st.sampled_from([0.013, 0.37, 0.71, 0.993, 1.0]),
    as_tensors=st.booleans(),
)
def test_against_one_by_hand(logits, never, temperature, top_k, top_p, as_tensors):
    given = {"temperature": temperature, "top_k": top_k, "top_p": top_p}
    expected = by_hand(logits.astype("float64"), never, **given)
    if as_tensors:
        given = {name: ops.convert_to_tensor(value) for name, value in given.items()}
    found = ops.convert_to_numpy(next_distribution(logits[None], tuple(never), **given))[0]
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_of_equally_likely_tokens_the_first_are_kept():
    found = ops.convert_to_numpy(next_distribution(np.zeros((1, 4), "float32"), top_k=2))
    np.testing.assert_allclose(found, [[0.5, 0.5, 0, 0]])


def test_leaving_a_token_out_is_drawing_again_until_it_does_not_come():
    """By enumeration: p(t) Σ q^n over n rejections, q the probability of the tokens left out."""
    logits = np.array([[0.3, 2.0, -1.0, 0.7]], "float32")
    p = np.exp(logits[0].astype("float64"))
    p /= p.sum()
    again = sum(p[1] ** n for n in range(200)) * p * (np.arange(4) != 1)
    found = ops.convert_to_numpy(next_distribution(logits, never=(1,)))[0]
    np.testing.assert_allclose(found, again, atol=1e-6)


@settings(deadline=None)
@given(
    st.lists(st.floats(0, 1), min_size=TOKENS, max_size=TOKENS), st.floats(0, 1, exclude_max=True)
)
def test_a_drawn_token_is_possible(weights, u):
    weights = np.array(weights, "float32")
    if weights.sum() < 1e-3:
        weights[3] = 1
    p = weights / weights.sum()
    token = int(draw(ops.convert_to_tensor(p[None]), ops.convert_to_tensor([u], "float32"))[0])
    assert p[token] > 0
    sums = np.cumsum(p.astype("float64"))
    assert sums[token] - p[token] - 1e-5 <= u <= sums[token] + 1e-5


@pytest.mark.parametrize("u, token", [(0.0, 1), (0.2499, 1), (0.25, 3), (0.9999, 3)])
def test_where_the_boundaries_lie(u, token):
    p = ops.convert_to_tensor([[0.0, 0.25, 0.0, 0.75, 0.0]])
    assert int(draw(p, ops.convert_to_tensor([u], "float32"))[0]) == token
