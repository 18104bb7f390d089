"""Rates and beginnings of groups, against Keras's Adam."""

from itertools import pairwise

import keras
import numpy as np
import pytest
from keras import ops

from gated.optimizers import LayerwiseAdam

START = [[1.0, -2.0], [3.0], [0.5]]


def steps(optimizer, count):
    """The weights after each step along the same gradients."""
    variables = [keras.Variable(np.array(start, "float32")) for start in START]
    rng, found = np.random.default_rng(1), []
    for _ in range(count):
        gradients = [ops.array(rng.normal(size=len(start)).astype("float32")) for start in START]
        optimizer.apply(gradients, variables)
        found.append([ops.convert_to_numpy(variable.value).copy() for variable in variables])
    return found


def test_one_group_is_adam():
    ours = steps(LayerwiseAdam(0.1, groups=[0, 0, 0], unfreeze=7), 5)
    for one, other in zip(ours, steps(keras.optimizers.Adam(0.1), 5), strict=True):
        for weights, expected in zip(one, other, strict=True):
            np.testing.assert_allclose(weights, expected, rtol=1e-6)


def test_each_group_is_adam_with_its_own_rate():
    ours = steps(LayerwiseAdam(0.1, groups=[0, 2, 1], decay=0.5), 4)
    for place, rate in enumerate([0.1, 0.025, 0.05]):
        expected = steps(keras.optimizers.Adam(rate), 4)
        for one, other in zip(ours, expected, strict=True):
            np.testing.assert_allclose(one[place], other[place], rtol=1e-6)


def test_groups_begin_one_after_the_other():
    found = steps(LayerwiseAdam(0.1, groups=[0, 2, 1], unfreeze=2), 6)
    for place, first in enumerate([0, 4, 2]):
        weights = [START[place], *(one[place] for one in found)]
        moved = [not np.array_equal(a, b) for a, b in pairwise(weights)]
        assert moved == [step >= first for step in range(6)]


def test_schedules():
    schedule = keras.optimizers.schedules.CosineDecay(0.1, 5)
    ours = steps(LayerwiseAdam(schedule, groups=[0, 0, 1], decay=1.0), 5)
    for one, other in zip(ours, steps(keras.optimizers.Adam(schedule), 5), strict=True):
        for weights, expected in zip(one, other, strict=True):
            np.testing.assert_allclose(weights, expected, rtol=1e-6)


def test_as_many_groups_as_variables():
    with pytest.raises(ValueError, match="2 groups for 3 variables"):
        steps(LayerwiseAdam(0.1, groups=[0, 1]), 1)


def test_saved_and_loaded():
    before = LayerwiseAdam(0.1, groups=[0, 1], decay=0.3, unfreeze=9, global_clipnorm=1.0)
    after = keras.optimizers.deserialize(keras.optimizers.serialize(before))
    assert after.get_config() == before.get_config()
