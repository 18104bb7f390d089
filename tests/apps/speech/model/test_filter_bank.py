import keras
import numpy as np
import pytest
import scipy.signal
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import ops

from apps.speech.model.filter_bank import LogMel, mel_filters


def log_mel(samples, rate=16000, bands=80, lengths=None):
    lengths = np.array([len(row) for row in samples] if lengths is None else lengths, "int32")
    frames, there = LogMel(rate, bands)(samples, lengths)
    return ops.convert_to_numpy(frames), ops.convert_to_numpy(there)


@pytest.mark.parametrize(("rate", "size", "bands"), [(16000, 512, 80), (8000, 256, 40)])
def test_filters_are_those_of_librosa(rate, size, bands):
    librosa = pytest.importorskip("librosa")
    expected = librosa.filters.mel(sr=rate, n_fft=size, n_mels=bands, htk=True, norm="slaney")
    np.testing.assert_allclose(mel_filters(rate, size, bands), expected.T, atol=1e-6)


@pytest.mark.parametrize("rate", [8000, 16000])
def test_energies(rate):
    """By NumPy and SciPy's window."""
    rng = np.random.default_rng(0)
    tone = np.sin(2 * np.pi * 440 * np.arange(rate) / rate)
    samples = (0.3 * tone + 0.01 * rng.normal(size=rate)).astype("float32")
    layer = LogMel(rate, 40)
    frames = np.lib.stride_tricks.sliding_window_view(samples, layer.window)[:: layer.hop]
    shaped = frames * scipy.signal.get_window("hann", layer.window)
    power = np.abs(np.fft.rfft(shaped, layer.size)) ** 2
    (found,), there = log_mel(samples[None], rate, 40)
    assert there.all() and len(found) == 98
    np.testing.assert_allclose(
        found, np.log(power @ mel_filters(rate, layer.size, 40)), rtol=1e-3, atol=1e-3
    )


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 3000), st.integers(400, 3000))
def test_frames_are_whole(length, size):
    """One begins every 160 samples, as long as 400 are left; padding changes none of them."""
    samples = np.random.default_rng(length).normal(size=(1, size)).astype("float32")
    length = min(length, size)
    frames, there = log_mel(samples, lengths=[length])
    count = len(range(0, length - 399, 160))
    assert there[0].sum() == count and there[0, :count].all()
    if count:
        alone, _ = log_mel(samples[:, :length])
        np.testing.assert_allclose(frames[0, :count], alone[0], atol=1e-5)


def test_silence_is_finite():
    frames, _ = log_mel(np.zeros((1, 1600), "float32"))
    np.testing.assert_allclose(frames, np.log(1e-8), rtol=1e-6)


def test_is_saved():
    layer = LogMel(8000, 12)
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(layer))
    assert (again.rate, again.bands) == (8000, 12)
