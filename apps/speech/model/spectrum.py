"""What is done to the frames of a recording before they are read."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("gated")
class Normalised(keras.layers.Layer):
    """Frames less their mean, by their standard deviation, of each band over the recording.

        y⟨t⟩ = (x⟨t⟩ - mean of x) / √(variance of x + ε)

    Inputs: frames [b, t, bands] and which of them there are, booleans [b, t]. Output: float32,
    0 where there is no frame.
    """

    def __init__(self, **kwargs):
        super().__init__(**{"dtype": "float32", **kwargs})

    def call(self, frames, there):
        there = ops.cast(there, "float32")[..., None]
        count = ops.maximum(ops.sum(there, axis=1, keepdims=True), 1.0)
        frames = frames - ops.sum(frames * there, axis=1, keepdims=True) / count
        variance = ops.sum(ops.square(frames) * there, axis=1, keepdims=True) / count
        return frames * there * ops.rsqrt(variance + 1e-5)

    def compute_output_shape(self, frames_shape, there_shape):
        return frames_shape


@keras.saving.register_keras_serializable("gated")
class SpectrumDropout(keras.layers.Layer):
    """In training, bands and times of each recording that are 0.

    Of `bands` and `times`, so many stretches each, every one of a width drawn from 0 to the most
    that is given and anywhere: Park et al. 2019, "SpecAugment", section 2, without its warping of
    time.

    Input: frames [b, t, bands].

    Args:
        bands: how many stretches of bands.
        band_width: the most bands of a stretch.
        times: how many stretches of time.
        time_width: the most frames of a stretch.
        seed: of what is drawn.
    """

    def __init__(self, bands, band_width, times, time_width, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.bands, self.band_width = bands, band_width
        self.times, self.time_width = times, time_width
        self.seed = seed
        self.generator = keras.random.SeedGenerator(seed)
        self.supports_masking = True

    def call(self, inputs, training=False):
        if not training:
            return inputs
        rows, steps, bands = ops.shape(inputs)
        kept = ops.ones((rows, 1, 1), inputs.dtype)
        for count, most, size, axis in (
            (self.bands, self.band_width, bands, 1),
            (self.times, self.time_width, steps, 2),
        ):
            for _ in range(count):
                kept = kept * ops.expand_dims(self._stretch(rows, most, size, inputs.dtype), axis)
        return inputs * kept

    def compute_output_shape(self, input_shape):
        return input_shape

    def _stretch(self, rows, most, size, dtype):
        """0 in a stretch of each row, else 1, [rows, size]."""
        drawn = keras.random.uniform((2, rows, 1), seed=self.generator)
        width = ops.floor(drawn[0] * (most + 1))
        left = ops.maximum(ops.cast(size, "float32") - width, 0.0)
        start = ops.floor(drawn[1] * (left + 1))
        place = ops.cast(ops.arange(size), "float32")
        inside = ops.logical_and(place >= start, place < start + width)
        return 1 - ops.cast(inside, dtype)

    def get_config(self):
        names = ("bands", "band_width", "times", "time_width", "seed")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}


@keras.saving.register_keras_serializable("gated")
class Stacked(keras.layers.Layer):
    """Every `count` frames side by side as one.

    Inputs: [b, t, features], and which there are, booleans [b, t]. Outputs: [b, t // count, count *
    features], and which of those there are; what is left of t is not read.
    """

    def __init__(self, count, **kwargs):
        super().__init__(**kwargs)
        self.count = count

    def call(self, frames, there):
        batch, size, features = ops.shape(frames)
        steps = size // self.count
        whole = frames[:, : steps * self.count]
        whole = ops.reshape(whole, (batch, steps, self.count * features))
        return whole, there[:, self.count - 1 :: self.count]

    def compute_output_spec(self, frames, there):
        batch, steps, features = frames.shape
        shape = (batch, None if steps is None else steps // self.count)
        return (
            keras.KerasTensor((*shape, self.count * features), self.compute_dtype),
            keras.KerasTensor(shape, "bool"),
        )

    def get_config(self):
        return {**super().get_config(), "count": self.count}
