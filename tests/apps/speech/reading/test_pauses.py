"""Long recordings, cut at pauses."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.speech.reading.pauses import segments

RATE = 1000


def noise(seconds, loudness, seed=1):
    return np.random.default_rng(seed).normal(0, loudness, round(seconds * RATE)).astype("float32")


def syllables(seconds):
    """Noise that swells and fades four times a second."""
    swelling = 1 + 0.9 * np.sin(2 * np.pi * 4 * np.arange(round(seconds * RATE)) / RATE)
    return (swelling * noise(seconds, 0.2)).astype("float32")


def spoken(*parts, background=0.001):
    """Syllables and pauses in turn, so many seconds each, before a noise."""
    sound = [(1 - i % 2) * syllables(one) for i, one in enumerate(parts)]
    return np.concatenate(sound) + noise(sum(parts), background)


def ends(sound, seconds):
    return [one.start for one in segments([sound], RATE, seconds)][1:]


@settings(deadline=None, max_examples=50)
@given(
    st.lists(st.integers(0, 700), max_size=12),
    st.floats(0.001, 1.0),
    st.lists(st.tuples(st.integers(1, 300), st.sampled_from([0, 1e-4, 0.1, 1.0])), max_size=6),
)
def test_nothing_is_lost_or_heard_twice(lengths, seconds, levels):
    block = [noise(length / RATE, level) for length, level in levels]
    pattern = np.concatenate([*block, np.zeros(1, "float32")])
    blocks = [np.resize(pattern, length) for length in lengths]
    found = list(segments(blocks, RATE, seconds))
    whole = np.concatenate([*blocks, np.zeros(0, "float32")])
    heard = [one.samples for one in found]
    np.testing.assert_array_equal(np.concatenate([*heard, np.zeros(0, "float32")]), whole)
    assert all(0 < len(one) <= max(10, round(seconds * RATE)) for one in heard)
    starts = np.cumsum([0, *map(len, heard)])[:-1]
    assert [one.start for one in found] == [start / RATE for start in starts]
    # However the samples come.
    again = [one.start for one in segments([whole], RATE, seconds)]
    assert again == [one.start for one in found]


def test_cut_in_the_middle_of_the_longest_pause():
    """Of the second half: one that is longer, but early, would leave short segments."""
    sound = spoken(1, 1.5, 3, 0.4, 1, 0.8, 1, 0.4, 3)
    assert ends(sound, 10) == pytest.approx([7.3], abs=0.05)


@pytest.mark.parametrize("background", [0, 1e-4, 0.02, 0.05])
def test_pauses_are_found_in_any_noise(background):
    sound = spoken(8, 0.6, 8, 0.6, 8, background=background)
    assert ends(sound, 10) == pytest.approx([8.3, 16.9], abs=0.1)


def test_noise_that_changes():
    """A pause after a part with much noise is louder than what is spoken before it."""
    quiet = 0.01 * spoken(8, 0.6, 8, background=0.02)
    sound = np.concatenate([quiet, spoken(4, 0.6, 8, background=0.02)])
    assert ends(sound, 13) == pytest.approx([8.3, 20.9], abs=0.1)


def test_cut_at_the_quietest_place_without_a_pause():
    sound = syllables(10)
    sound[2000:2100] *= 0.1
    sound[6400:6500] *= 0.5
    sound[7400:7500] *= 0.2
    assert ends(sound, 9) == pytest.approx([7.45], abs=0.06)


def test_silence_is_known():
    found = list(segments([spoken(3, 13, 2)], RATE, 4))
    assert not found[0].silent and not found[-1].silent
    silent = [one for one in found if one.silent]
    assert sum(len(one.samples) for one in silent) > 8 * RATE
    for one in silent:
        assert 3 < one.start < 16 - len(one.samples) / RATE
    assert [one.silent for one in segments([np.zeros(5000, "float32")], RATE)] == [True]
    assert list(segments([], RATE)) == []


def test_memory_is_that_of_a_segment():
    def blocks():
        for seed in range(200):
            yield noise(10, 0.1, seed)

    tracemalloc.start()
    count = sum(len(one.samples) for one in segments(blocks(), RATE))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 2_000_000  # 8 MB
    assert peak < 2_000_000
