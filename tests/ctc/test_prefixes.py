"""The search, against all paths of a few frames, and against the losses of Keras and PyTorch."""

import functools

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import ops

from gated.compiling import compiled
from gated.ctc import align, prefix_beam_search, rescored
from tests.ctc.enumerated import (
    ALL,
    FRAMES,
    assert_same,
    found_texts,
    frames,
    narrow,
    numpy,
    tensors,
    texts,
)

some_lengths = st.tuples(*[st.integers(0, FRAMES)] * 3)
kinds = st.sampled_from(["any", "ties", "impossible"])


@functools.cache
def search(width, most=None, jit=False):
    def run(log_p, lengths):
        return prefix_beam_search(log_p, lengths, width, most=most)

    return compiled(run, jit=jit)


def found_in(log_p, lengths, *options):
    found = search(*options)(*tensors(log_p, np.array(lengths, "int32")))
    return [found_texts(found, row) for row in range(len(lengths))]


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 2**32 - 1), st.integers(2, 4), some_lengths, kinds)
def test_wide_enough_it_is_exact(seed, tokens, lengths, kind):
    log_p = frames(seed, tokens, kind=kind)
    for row, found in enumerate(found_in(log_p, lengths, ALL[tokens])):
        expected = texts(log_p[row, : lengths[row]])
        assert_same(found, [(text, p, p) for text, p in expected.items()])
        scores = [score for *_, score in found]
        assert scores == sorted(scores, reverse=True)


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 2**32 - 1), st.integers(2, 4), some_lengths, st.sampled_from([1, 2, 5]))
def test_a_narrow_one_keeps_the_likeliest_at_each_frame(seed, tokens, lengths, width):
    """Texts leave and come back while longer ones stay: each is there once all the same."""
    log_p = frames(seed, tokens)
    for row, found in enumerate(found_in(log_p, lengths, width)):
        assert_same(found, narrow(log_p[row, : lengths[row]], width))


def test_longer_ones():
    """Of 40 frames, with runs of tokens that often come again."""
    rng = np.random.default_rng(5)
    log_p = np.log(rng.dirichlet(np.full(4, 0.4), (4, 40))).astype("float32")
    lengths = [40, 31, 0, 17]
    for jit in (False, True):
        for row, found in enumerate(found_in(log_p, lengths, 12, None, jit)):
            assert_same(found, narrow(log_p[row, : lengths[row]], 12))


def test_a_text_depends_on_nothing_beside_it():
    log_p, lengths = frames(7, 4), [5, 0, 3]
    together = found_in(log_p, lengths, 6)
    order = [2, 0, 1]
    assert found_in(log_p[order], [lengths[row] for row in order], 6) == [
        together[row] for row in order
    ]
    padded = np.pad(log_p, [(0, 0), (0, 4), (0, 0)], constant_values=-1.0)
    padded[1] = np.nan
    assert found_in(padded, lengths, 6) == together
    for row, length in enumerate(lengths):
        [alone] = found_in(log_p[row : row + 1], [length], 6)
        assert_same(alone, together[row])
    assert together[1] == [((), 0.0, 0.0)]


def test_the_most_tokens():
    log_p = frames(3, 3)
    for row, found in enumerate(found_in(log_p, [5, 4, 2], ALL[3], 2)):
        expected = texts(log_p[row, : [5, 4, 2][row]])
        assert_same(found, [(text, p, p) for text, p in expected.items() if len(text) <= 2])


@pytest.mark.parametrize("tokens", [2, 4])
def test_the_losses_of_others(tokens):
    log_p, lengths = frames(1, tokens), np.array([5, 4, 5], "int32")
    found = numpy(search(ALL[tokens])(*tensors(log_p, lengths)))
    for rank in range(3):
        labels, counts = found.tokens[:, rank], found.counts[:, rank]
        loss = ops.convert_to_numpy(ops.ctc_loss(*tensors(labels, log_p, counts, lengths)))
        np.testing.assert_allclose(found.log_p[:, rank], -loss, rtol=1e-4)
        torch = pytest.importorskip("torch")
        loss = torch.nn.functional.ctc_loss(
            *map(torch.tensor, (log_p.swapaxes(0, 1), labels, lengths, counts)), reduction="none"
        )
        np.testing.assert_allclose(found.log_p[:, rank], -loss.numpy(), rtol=1e-4)


def test_frames_of_any_size():
    """What is traced for any size finds the same; with where the best one's tokens are."""

    def run(log_p, lengths):
        found = prefix_beam_search(log_p, lengths, 4)
        return found, align(log_p, lengths, found.tokens[:, 0], found.counts[:, 0])

    of_any_size, of_one = compiled(run, of_any_size=True), compiled(run)
    for batch, count in ((3, 5), (2, 3), (1, 4)):
        given = frames(9, 3, batch)[:, :count], np.arange(count, count - batch, -1, dtype="int32")
        some, same = (numpy(one(*tensors(*given))) for one in (of_any_size, of_one))
        for x, y in zip(keras.tree.flatten(some), keras.tree.flatten(same), strict=True):
            np.testing.assert_allclose(x, y, rtol=1e-5)
        np.testing.assert_array_less(some[1].log_p, some[0].log_p[:, 0] + 1e-5)


def test_ranked_anew():
    log_p, lengths = frames(2, 3), np.array([5, 4, 0], "int32")
    found = search(6)(*tensors(log_p, lengths))
    added = np.array([[-50, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 50], [1, 0, 0, 0, 0, 0]], "float32")
    before = [found_texts(found, row) for row in range(3)]
    found = rescored(found, ops.convert_to_tensor(added))
    for row, texts_before in enumerate(before):
        expected = [
            (*one[:2], one[2] + x) for one, x in zip(texts_before, added[row], strict=False)
        ]
        assert found_texts(found, row)[0][0] == max(expected, key=lambda one: one[2])[0]
        assert_same(found_texts(found, row), expected)
