"""The alignment, against all paths."""

import itertools
import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gated.compiling import compiled
from gated.ctc import align
from tests.ctc.enumerated import FRAMES, frames, numpy, paths, spells, tensors

run = compiled(align)
LONGEST = 4


@st.composite
def problems(draw):
    size = draw(st.integers(2, 4))
    text = st.lists(st.integers(1, size - 1), max_size=LONGEST)
    return size, [(draw(text), draw(st.integers(0, FRAMES))) for _ in range(3)]


def runs(path):
    """The first and last frame of each token of a path."""
    t, found = 0, []
    for token, same in itertools.groupby(path):
        length = len(list(same))
        if token:
            found.append((t, t + length - 1))
        t += length
    return found


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**32 - 1), problems(), st.sampled_from(["any", "impossible"]))
def test_it_is_the_likeliest_path_that_spells_the_tokens(seed, problem, kind):
    size, rows = problem
    log_p = frames(seed, size, kind=kind)
    tokens = np.array([[*text, *[1] * (LONGEST - len(text))] for text, _ in rows], "int32")
    counts = np.array([len(text) for text, _ in rows], "int32")
    lengths = np.array([length for _, length in rows], "int32")
    found = numpy(run(*tensors(log_p, lengths, tokens, counts)))
    for row, (text, length) in enumerate(rows):
        here = log_p[row, :length]
        fitting = [one for one in paths(here) if list(spells(one[0])) == text]
        path, value = max(fitting, key=lambda one: one[1], default=(None, -math.inf))
        np.testing.assert_allclose(found.log_p[row], value, rtol=1e-4, atol=1e-6)
        expected = runs(path) if value > -math.inf else [(-1, -1)] * len(text)
        pairs = list(zip(found.first[row].tolist(), found.last[row].tolist(), strict=True))
        assert pairs == expected + [(-1, -1)] * (LONGEST - len(text))
        for token, (first, last), sure in zip(text, expected, found.confidence[row], strict=False):
            mean = np.exp(here[first : last + 1, token].mean()) if first >= 0 else 0.0
            np.testing.assert_allclose(sure, mean, rtol=1e-4, atol=1e-7)
        assert not found.confidence[row, len(text) :].any()


def test_two_alike_need_a_blank_between():
    log_p = np.log(np.full((2, 3, 2), 0.5, "float32"))
    tokens = np.array([[1, 1], [1, 1]], "int32")
    found = numpy(align(*tensors(log_p, np.array([3, 2]), tokens, np.array([2, 2]))))
    assert found.first.tolist() == [[0, 2], [-1, -1]]
    assert found.last.tolist() == [[0, 2], [-1, -1]]
    np.testing.assert_allclose(found.confidence, [[0.5, 0.5], [0, 0]])
    assert found.log_p[1] == -np.inf
