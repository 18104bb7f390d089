"""Batches of examples of like length."""

import numpy as np
import pytest

from gated.training.batches import ByLength

SHORT = [5 + i % 7 for i in range(40)]


def shapes(batches):
    return [(len(batches.order[i]), batches.length(i)) for i in range(len(batches))]


@pytest.mark.parametrize("tokens", [None, 200])
def test_a_batch_size_and_the_first_one_step_longer_than_all(tokens):
    batches = ByLength(SHORT, 8, 1, tokens)
    sizes, lengths = zip(*shapes(batches), strict=True)
    assert sizes == (8,) * 5
    assert lengths[0] == 12 and max(lengths[1:]) <= 11


def test_few_long_examples_to_a_batch():
    """Each epoch as many batches; none holds more than so many tokens, padding among them."""
    lengths = [*SHORT, 90, 100, 200, 60]
    batches = ByLength(lengths, 8, 1, tokens=200)
    counts = set()
    for _ in range(5):
        found = shapes(batches)
        counts.add(len(found))
        # The first may have a step more.
        assert all(size * (length - (i == 0)) <= 200 for i, (size, length) in enumerate(found))
        assert sorted(np.concatenate(batches.order)) == list(range(len(lengths)))
        assert found[0][1] != found[1][1]  # what Keras would take for the length of all
        batches.on_epoch_end()
    # 44 examples by 8 are 6 batches; of the last 200, 100, 90 and 60 are read each by itself.
    assert len(counts) == 1 and counts.pop() > 6
