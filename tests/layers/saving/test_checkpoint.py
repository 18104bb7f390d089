"""Sequences computed again in segments for their gradients."""

import numpy as np
import pytest

from tests.gradients import assert_same, randomize, value_and_gradients
from tests.layers.parameters import LAYERS, each

pytestmark = pytest.mark.slow

RNG = np.random.default_rng(9)


@pytest.mark.parametrize("make", each(LAYERS, on_jax=["LSTM"]))
@pytest.mark.parametrize(("length", "masked"), [(1, False), (2, True), (11, True), (16, False)])
def test_segments_change_nothing(make, length, masked):
    x = RNG.normal(size=(3, length, 4)).astype("float32")
    call = {"mask": RNG.random((3, length)) < 0.6} if masked else {}
    whole, segments = make(return_sequences=True), make(return_sequences=True, checkpoint=True)
    for layer in (whole, segments):
        layer.build((None, None, 4))
    randomize(whole)
    segments.set_weights(whole.get_weights())
    found = value_and_gradients(segments, x, training=True, **call)
    assert_same(found, value_and_gradients(whole, x, training=True, **call), 1e-5)
