"""What the network hears: the energies of a recording by time and pitch."""

import keras
import numpy as np
from keras import ops

#: Seconds of a frame, and from the beginning of one to that of the next.
WINDOW, HOP = 0.025, 0.010
_LEAST = 1e-8  # below which is silence: 16-bit samples have no quieter


@keras.saving.register_keras_serializable("gated")
class LogMel(keras.layers.Layer):
    """Log-mel filter banks of a waveform.

        X⟨t⟩ = |DFT(w ⊙ x[t hop : t hop + window])|²        w Hann's window
        y⟨t⟩ = log(max(M X⟨t⟩, 1e-8))

    M are triangles whose corners lie evenly on the mel scale, 2595 log₁₀(1 + f / 700), from 0 Hz to
    half the rate, each as high as makes its area that of the others (Slaney's norm). A frame has
    25 ms, and the next one begins 10 ms later; there is none of which the recording lacks a part.
    Davis and Mermelstein 1980, "Comparison of parametric representations for monosyllabic word
    recognition".

    Inputs: samples in -1 to 1, float32 [b, n], and how many there are, int32 [b]. Outputs: float32
    [b, t, bands], and which frames there are, booleans [b, t].

    Args:
        rate: samples a second.
        bands: how many filters.
    """

    def __init__(self, rate, bands, **kwargs):
        super().__init__(**{"dtype": "float32", **kwargs})
        self.rate, self.bands = rate, bands
        self.window, self.hop = round(WINDOW * rate), round(HOP * rate)
        self.size = 1 << (self.window - 1).bit_length()

    def build(self, *_):
        # Periodic, as is usual for spectra.
        self._shape = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(self.window) / self.window)
        self._filters = mel_filters(self.rate, self.size, self.bands)

    def frames(self, samples):
        """How many frames a recording of so many samples has."""
        return ops.maximum(0, (samples - self.window) // self.hop + 1)

    def call(self, samples, lengths):
        frames = ops.extract_sequences(samples, self.window, self.hop)
        there = ops.arange(ops.shape(frames)[1]) < self.frames(lengths)[:, None]
        frames = frames * ops.cast(self._shape, "float32")
        real, imaginary = ops.rfft(frames, fft_length=self.size)
        power = ops.square(real) + ops.square(imaginary)
        return ops.log(ops.maximum(ops.matmul(power, self._filters), _LEAST)), there

    def compute_output_spec(self, samples, lengths):
        batch, size = samples.shape
        shape = (batch, None if size is None else max(0, (size - self.window) // self.hop + 1))
        return (
            keras.KerasTensor((*shape, self.bands), "float32"),
            keras.KerasTensor(shape, "bool"),
        )

    def get_config(self):
        return {**super().get_config(), "rate": self.rate, "bands": self.bands}


def mel_filters(rate: int, size: int, bands: int) -> np.ndarray:
    """M, float32 [size / 2 + 1, bands]."""
    most = 2595 * np.log10(1 + rate / 2 / 700)
    corners = 700 * (10 ** (np.linspace(0, most, bands + 2) / 2595) - 1)
    low, middle, high = corners[:-2], corners[1:-1], corners[2:]
    f = np.linspace(0, rate / 2, size // 2 + 1)[:, None]
    rising, falling = (f - low) / (middle - low), (high - f) / (high - middle)
    return (np.maximum(0, np.minimum(rising, falling)) * (2 / (high - low))).astype("float32")
