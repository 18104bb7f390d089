"""The score of O is lowered to where F1 is best, and nowhere else."""

import keras
import numpy as np
import pytest

from apps.ner.model.balance import SHIFTS, balance

TAGS = ["B-X", "O", "S-X"]


def of_scores(bias):
    """A model that hands its input on, with a bias."""
    inputs = keras.Input((None, 3))
    model = keras.Model(inputs, keras.layers.Dense(3, name="scores")(inputs))
    model.get_layer("scores").set_weights([np.eye(3), np.array(bias)])
    return model


@pytest.mark.parametrize("best", [-0.5, 0.0, 1.25])
def test_the_best_shift_is_taken(best):
    model = of_scores([1.0, 2.0, 3.0])

    def score():
        return 1 - abs(float(model(np.zeros((1, 1, 3)))[0, 0, 1]) - (2.0 - best))

    by, f1 = balance(model, TAGS, score)
    assert (by, f1) == (best, 1.0)
    kernel, bias = model.get_layer("scores").get_weights()
    assert bias.tolist() == [1.0, 2.0 - best, 3.0]
    np.testing.assert_array_equal(kernel, np.eye(3))


def test_of_equals_the_one_that_changes_least():
    model = of_scores([0.0, 0.0, 0.0])
    assert balance(model, TAGS, lambda: 0.5) == (0.0, 0.5)
    assert 0.0 in SHIFTS
