"""Every layer, forward and backward, against the plain NumPy loop of `reference`."""

import keras
import numpy as np
import pytest

from tests.gradients import assert_same, randomize, value_and_gradients
from tests.layers import forms

UNITS, FEATURES, LENGTH = 3, 2, 5

MASKS = {
    "no mask": None,
    # One row each: left, right, inner hole, all masked.
    "masks": np.array([[0, 0, 1, 1, 1], [1, 1, 1, 0, 0], [1, 0, 1, 0, 1], [0, 0, 0, 0, 0]], bool),
}

# Only TensorFlow runs the layers in two ways.
HOW = {"eager": False, "graph": True} if keras.backend.backend() == "tensorflow" else {"": False}


@pytest.mark.parametrize("compiled", HOW.values(), ids=HOW)
@pytest.mark.parametrize("mask", MASKS.values(), ids=MASKS)
@pytest.mark.parametrize("name", forms.FORMS)
def test_outputs_and_gradients(name, mask, compiled, float64):
    compare(forms.make(name, UNITS, dtype="float64"), forms.one(name), mask, compiled)


@pytest.mark.parametrize(
    "make, forward",
    [
        (forms.make_bidirectional, forms.bidirectional),
        (forms.make_deep, forms.deep),
    ],
)
def test_outputs_and_gradients_of_several_layers(make, forward, float64):
    compare(make(UNITS, dtype="float64"), forward, MASKS["masks"], compiled=False)


def compare(layer, forward, mask, compiled):
    layer.build((None, None, FEATURES))
    randomize(layer)
    rng = np.random.default_rng(1)
    inputs = rng.normal(size=(4, LENGTH, FEATURES))
    states = [rng.normal(size=(4, UNITS)) for _ in layer.state_size]
    expected = forms.expected(forward, inputs, states, layer.get_weights(), mask)
    found = value_and_gradients(layer, inputs, states, compiled, mask=mask)
    assert_same(found, expected, 1e-12)
