"""The loop, on a toy alphabet whose right answers are known."""

import itertools

import numpy as np
import pytest
from keras import ops

from gated.compiling import compiled
from gated.sampling import draw, generate, next_distribution, uniforms

STOP, A, B = 0, 1, 2
# Row x: the probabilities of the token after x.
CHAIN = np.array([[0.2, 0.5, 0.3], [0.3, 0.1, 0.6], [0.25, 0.7, 0.05]], "float32")
LONGEST = 3


def step(token, states):
    """A Markov chain, whose state counts the steps."""
    (count,) = states
    return ops.log(ops.take(ops.convert_to_tensor(CHAIN), token, axis=0)), [count + 1]


def choose(logits, noise):
    return draw(next_distribution(logits), noise)


@pytest.fixture(params=[False, True])
def run(request):
    """The loop, as it is and compiled."""
    if not request.param:
        return generate_from_start
    return compiled(generate_from_start, jit=True)


def generate_from_start(noise, stops):
    count = ops.shape(noise)[0]
    token = ops.zeros((count,), "int32")
    states = [ops.zeros((count,), "int32")]
    return generate(step, choose, token, states, token + stops, noise, STOP)


def test_samples_have_the_probabilities_of_the_chain(run):
    """All texts of up to three tokens, enumerated; chi-square over 20,000 samples."""
    count = 20000
    noise = ops.convert_to_tensor(uniforms(5, count, LONGEST))
    found = ops.convert_to_numpy(run(noise, 1)[0])
    expected = {}
    for text in itertools.product((STOP, A, B), repeat=LONGEST):
        end = text.index(STOP) if STOP in text else LONGEST
        if any(text[end:]):
            continue
        p, before = 1.0, STOP
        for token in text[: end + 1]:
            p, before = p * CHAIN[before, token], token
        expected[text] = p
    assert abs(sum(expected.values()) - 1) < 1e-6
    counts = dict.fromkeys(expected, 0)
    for row in found:
        counts[tuple(int(token) for token in row)] += 1
    chi_square = sum((counts[text] - p * count) ** 2 / (p * count) for text, p in expected.items())
    freedom = len(expected) - 1
    assert chi_square < freedom + 5 * np.sqrt(2 * freedom)


def test_a_sample_does_not_depend_on_the_others(run):
    together = ops.convert_to_numpy(run(ops.convert_to_tensor(uniforms(1, 8, 12)), 1)[0])
    alone = ops.convert_to_numpy(run(ops.convert_to_tensor(uniforms(1, 1, 12, first=5)), 1)[0])
    np.testing.assert_array_equal(together[5], alone[0])


def test_it_goes_on_where_it_stopped():
    noise = ops.convert_to_tensor(uniforms(2, 6, 10))
    whole, *_ = generate_from_start(noise, 3)
    first, token, states, left = generate_from_start(noise[:, :4], 3)
    rest, *_ = generate(step, choose, token, states, left, noise[:, 4:], STOP)
    parts = [ops.convert_to_numpy(part) for part in (first, rest)]
    np.testing.assert_array_equal(np.concatenate(parts, axis=1), ops.convert_to_numpy(whole))


def test_a_text_ends_at_the_stop_that_was_asked_for(run):
    noise = ops.convert_to_tensor(uniforms(3, 50, 40))
    found, _, _, left = run(noise, 3)
    for row, remaining in zip(ops.convert_to_numpy(found), ops.convert_to_numpy(left), strict=True):
        ends = np.flatnonzero(row == STOP)
        if remaining == 0:
            assert (row[ends[2] :] == STOP).all()
        else:
            assert len(ends) == 3 - remaining


def test_it_stops_when_all_have_ended():
    """Without drawing the rest."""
    noise = ops.zeros((4, 1000))  # 0 draws the first possible token, the stop
    _, _, (count,), _ = generate_from_start(noise, 2)
    assert ops.convert_to_numpy(count).tolist() == [2] * 4


def test_it_takes_all_steps_if_asked_to():
    """And gives the same."""
    noise = ops.convert_to_tensor(uniforms(3, 5, 12))
    token, states = ops.zeros((5,), "int32"), [ops.zeros((5,), "int32")]
    given = (step, choose, token, states, token + 1, noise, STOP)
    early, all_ = generate(*given), generate(*given, whole=True)
    counts = [ops.convert_to_numpy(found[2][0]) for found in (early, all_)]
    assert counts[0].max() < 12 and (counts[1] == 12).all()
    for i in (0, 1, 3):
        np.testing.assert_array_equal(*map(ops.convert_to_numpy, (early[i], all_[i])))
