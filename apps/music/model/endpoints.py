"""The model of music as TensorFlow graphs, for the export."""

import tensorflow as tf

from gated.export.uniforms import uniforms
from gated.export.windows import in_windows

from ..reading.piece import KEYS
from .composer import WINDOW, Composer
from .notes import notes_above

_FRAMES = 2**12  # that a request scores at once, each as often as it has notes


class Endpoints:
    """What the SavedModel offers; `apps.music.export` says what each takes and returns."""

    def __init__(self, composer: Composer):
        self.composer = composer

    def score(self, frames, positions):
        count, length = tf.unstack(tf.shape(frames)[:2])
        # The layers take no sequences of no steps, which no pieces would be.
        rest = tf.maximum(1 - length, 0)
        frames = tf.pad(frames, [[0, 0], [1, rest], [0, 0]])
        positions = tf.pad(positions, [[0, 0], [0, rest]])
        before, scored = frames[:, :-1], frames[:, 1:]
        sounding = tf.cast(scored > 0, tf.float32)
        voices = tf.cast(tf.reduce_max(tf.reduce_sum(sounding, axis=-1)), tf.int32)
        notes = voices + 1 if self.composer.joint else tf.constant(1)

        def read(start, end, states):
            above = notes_above(sounding[:, start:end], notes)
            given = (x[:, start:end] for x in (before, positions, scored))
            log_p, strikes, *states = self.composer.model([*given, above, *states])
            return [log_p, strikes], states

        window = tf.clip_by_value(_FRAMES // (tf.maximum(count, 1) * notes), 1, WINDOW)
        states = self.composer.states(count)
        (log_p, strikes), _ = in_windows(read, length + rest, window, states, count=2)
        return {"log_p": log_p[:, :length], "strike_log_p": strikes[:, :length]}

    def generate(self, primer, positions, temperature, seed):
        count, given = tf.unstack(tf.shape(primer)[:2])
        length = tf.maximum(tf.shape(positions)[0] - given, 0)
        # The first frame that is read is the one before the primer; the last is not yet.
        frames = tf.pad(primer, [[0, 0], [1, 0], [0, 0]])
        places = tf.tile(positions[None, :given], [count, 1])

        def read(start, end, states):
            part = frames[:, start:end], places[:, start:end]
            return [], list(self.composer.read(*part, states))

        _, states = in_windows(read, given, WINDOW, self.composer.states(count))
        noise = uniforms(seed, count, length * 2 * KEYS)
        noise = tf.transpose(tf.reshape(noise, [count, length, 2, KEYS]), [1, 0, 2, 3])
        melody = tf.fill([2, length], -1)
        new, *_ = self.composer.draw(
            frames[:, -1], positions[given:], states, noise, temperature, melody
        )
        return {"frames": tf.concat([primer, tf.transpose(new, [1, 0, 2])], axis=1)}
