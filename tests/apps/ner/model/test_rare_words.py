"""Rare words become <UNK>: only they, only in training, at the rate asked for."""

import keras
import numpy as np
import pytest

from gated.layers import RareWordDropout

IDS = np.arange(10_000, dtype="int32").reshape(100, 100) % 50
RARE = IDS >= 20


@pytest.mark.parametrize("rate", [0.0, 0.2, 0.5, 1.0])
def test_rate(rate):
    new = keras.ops.convert_to_numpy(RareWordDropout(20, rate, seed=1)(IDS, training=True))
    replaced = new != IDS
    assert not replaced[~RARE].any()
    assert (new[replaced] == 1).all()
    assert replaced[RARE].mean() == pytest.approx(rate, abs=0.03 if 0 < rate < 1 else 0)


@pytest.mark.parametrize("training", [{}, {"training": False}])
def test_not_in_inference(training):
    layer = RareWordDropout(0, 1.0)
    np.testing.assert_array_equal(layer(IDS, **training), IDS)


def test_a_new_draw_every_time():
    layer = RareWordDropout(20, 0.5, seed=1)
    assert (np.array(layer(IDS, training=True)) != np.array(layer(IDS, training=True))).any()


def test_save_and_load(tmp_path):
    inputs = keras.Input((None,), dtype="int32")
    outputs = RareWordDropout(30, 0.25, unknown=7, seed=5)(inputs)
    keras.Model(inputs, outputs).save(tmp_path / "x.keras")
    layer = keras.models.load_model(tmp_path / "x.keras").layers[-1]
    assert (layer.first_rare, layer.rate, layer.unknown, layer.seed) == (30, 0.25, 7, 5)
    new = np.array(layer(IDS, training=True))
    assert set(new[IDS >= 30].tolist()) == {7, *range(30, 50)}
    assert (new[IDS < 30] == IDS[IDS < 30]).all()
