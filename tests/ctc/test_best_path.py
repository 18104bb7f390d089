"""The likeliest path, against all of them."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gated.compiling import compiled
from gated.ctc import greedy
from tests.ctc.enumerated import FRAMES, frames, numpy, paths, spells, tensors

run = compiled(greedy)


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 2**32 - 1), st.integers(2, 4), st.tuples(*[st.integers(0, FRAMES)] * 3))
def test_it_is_what_the_likeliest_path_spells(seed, tokens, lengths):
    log_p = frames(seed, tokens)
    found = numpy(run(*tensors(log_p, np.array(lengths, "int32"))))
    for row, length in enumerate(lengths):
        path, value = max(paths(log_p[row, :length]), key=lambda one: one[1])
        text = spells(path)
        assert found.counts[row] == len(text)
        assert found.tokens[row].tolist() == [*text, *[0] * (FRAMES - len(text))]
        np.testing.assert_allclose(found.log_p[row], value, rtol=1e-5)


def test_repetitions_and_blanks():
    path = np.array([[0, 2, 2, 0, 2, 1, 1, 0, 0, 1]])
    found = numpy(greedy(*tensors(np.log(np.eye(3)[path] * 0.9 + 0.03), np.array([9]))))
    assert found.tokens[0].tolist() == [2, 2, 1, *[0] * 7]
    assert found.counts.tolist() == [3]
