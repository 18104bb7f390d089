"""The network: what a recording sounds like depends on nothing but the recording."""

from dataclasses import replace

import keras
import numpy as np
import pytest
from keras import ops

from apps.speech.config import Config
from apps.speech.model.batches import padded
from apps.speech.model.network import build_model
from gated.ctc import CTCLoss

TINY = Config(units=8, depth=2, bands=12, rate=8000, stack=2, dropout=0.2)


def recordings():
    rng = np.random.default_rng(0)
    return [rng.normal(0, 0.1, size).astype("float32") for size in (4000, 2345, 400, 100, 0)]


@pytest.mark.parametrize("options", [{}, {"layer": "gru"}, {"peepholes": "yes"}, {"stack": 1}])
def test_padding_changes_nothing(options):
    config = replace(TINY, **options)
    model = build_model(6, config)
    together = ops.convert_to_numpy(model(padded(recordings()), training=False))
    for row, one in enumerate(recordings()):
        alone = ops.convert_to_numpy(model(padded([one], 4000), training=False))[0]
        np.testing.assert_allclose(together[row], alone, atol=1e-5)
        steps = max(0, (len(one) - 200) // 80 + 1) // config.stack
        least = ops.convert_to_numpy(model(padded([one], max(200, len(one))), training=False))[0]
        np.testing.assert_allclose(least[:steps], alone[:steps], atol=1e-5)
        p = ops.convert_to_numpy(ops.softmax(together[row, steps:]))
        assert (p == np.eye(6)[0]).all()


def test_its_loss_falls(tmp_path):
    model = build_model(6, TINY)
    model.compile(keras.optimizers.Adam(0.02), CTCLoss(), jit_compile=False)
    x, y = padded(recordings()[:3]), np.array([[2, 3, 3], [4, 0, 0], [5, 0, 0]])
    history = model.fit(x, y, epochs=25, verbose=0).history["loss"]
    assert history[-1] < 0.5 * history[0]
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(*(one.predict(x, verbose=0) for one in (model, again)))


def test_mixed_precision():
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = build_model(6, TINY)
    finally:
        keras.config.set_dtype_policy("float32")
    found = model(padded(recordings()), training=False)
    assert keras.backend.standardize_dtype(found.dtype) == "float32"
    assert np.isfinite(ops.convert_to_numpy(found)).all()
