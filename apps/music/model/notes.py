"""The probability of the notes of a frame, given the state of the recurrent layers."""

from functools import partial

import keras
from keras import layers, ops

from ..reading.piece import KEYS, STRUCK

_REACH = 12  # semitones up and down from a key that are seen around it
_CHANNELS = 16


@keras.saving.register_keras_serializable("music")
class Notes(layers.Layer):
    """The logits of the keys, from the highest down, each given which of those above it sound.

        p(v⟨t⟩ | h⟨t⟩) = ∏ over keys m of p(v_m | h⟨t⟩, v_n for n > m)

        a   = relu(W h⟨t⟩ + U s + b)                   s: the notes above the key that sound
        r_m = relu(around_m(v⟨t-1⟩) + around_m(s) + D h⟨t⟩)
        l_m = V_m a + w r_m                            p(v_m = 1) = σ(l_m)

    the neural autoregressive distribution estimator (NADE) of Larochelle and Murray 2011 upon a
    recurrent layer (Boulanger-Lewandowski, Bengio and Vincent 2012, section 5). r is added here: it
    sees an octave up and down from the key, alike for every key. s changes only where a note
    sounds, so that a frame of k notes takes k + 1 passes and not 88.

    Args:
        units: size of a.
        dropout: share of a that is dropped.
        strikes: whether struck notes are distinguished from held ones in the frames before.

    Call arguments:
        h: [b, t, n].
        before: `Piece.frames` [b, t, 88], those before the frames that are predicted.
        above: [b, t, j, 88], 1 for the notes of the frame that are known; of `notes_above` each j.

    Returns:
        Logits [b, t, j, 88].
    """

    def __init__(self, units, dropout=0.0, strikes=True, **kwargs):
        super().__init__(**kwargs)
        self.units, self.dropout, self.strikes = units, dropout, strikes
        dense = partial(layers.Dense, dtype=self.dtype_policy)
        around = partial(
            layers.Conv2D,
            _CHANNELS,
            (1, 2 * _REACH + 1),
            padding="same",
            dtype=self.dtype_policy,
        )
        self.by_state = dense(units)
        self.by_notes = dense(units, use_bias=False)
        self.drop = layers.Dropout(dropout, dtype=self.dtype_policy)
        self.to_keys = dense(KEYS)
        self.around_before = around()
        self.around_notes = around(use_bias=False)
        self.to_channels = dense(_CHANNELS, use_bias=False)
        self.to_key = dense(1, use_bias=False)

    def build(self, h_shape, before_shape, above_shape):
        frames = (None, None, KEYS)
        self.by_state.build(h_shape)
        self.by_notes.build(frames)
        self.to_keys.build((None, None, self.units))
        self.around_before.build((*frames, 2))
        self.around_notes.build((*frames, 1))
        self.to_channels.build(h_shape)
        self.to_key.build((*frames, _CHANNELS))

    def call(self, h, before, above, training=False):
        above = ops.cast(above, h.dtype)
        batch, steps, count, _ = ops.shape(above)
        a = ops.relu(self.by_state(h)[:, :, None] + self.by_notes(above))
        seen = ops.stack(seen_in(before, self.strikes), axis=-1)
        near = self.around_before(ops.cast(seen, h.dtype)) + self.to_channels(h)[:, :, None]
        by_notes = self.around_notes(ops.reshape(above, (batch, steps * count, KEYS, 1)))
        by_notes = ops.reshape(by_notes, (batch, steps, count, KEYS, _CHANNELS))
        r = ops.relu(near[:, :, None] + by_notes)
        return self.to_keys(self.drop(a, training=training)) + self.to_key(r)[..., 0]

    def compute_output_shape(self, h_shape, before_shape, above_shape):
        return above_shape

    def get_config(self):
        own = {"units": self.units, "dropout": self.dropout, "strikes": self.strikes}
        return {**super().get_config(), **own}


@keras.saving.register_keras_serializable("music")
class LogP(layers.Layer):
    """log P of frames, nats, and of which of their notes are struck again.

        log p(v⟨t⟩) = Σ over keys m of log p(v_m)

    of each key by the logits with as many notes above as it has. Whether a note is struck is a
    question only where it sounded in the frame before too.

    Call arguments:
        logits: [b, t, j, 88], as `Notes` gives them.
        struck: logits [b, t, 88].
        before, frames: [b, t, 88].

    Returns:
        Two of [b, t].
    """

    def call(self, logits, struck, before, frames):
        notes = ops.cast(frames > 0, "float32")
        rank = ops.minimum(ops.cast(above_each(notes), "int32"), ops.shape(logits)[2] - 1)
        own = ops.take_along_axis(ops.cast(logits, "float32"), rank[:, :, None], axis=2)[:, :, 0]
        again = ops.cast((before > 0) & (frames > 0), "float32")
        strikes = _log_p(
            ops.cast(struck, "float32"), ops.cast(ops.equal(frames, STRUCK), "float32")
        )
        return ops.sum(_log_p(own, notes), axis=-1), ops.sum(strikes * again, axis=-1)

    def compute_output_shape(self, logits_shape, struck_shape, before_shape, frames_shape):
        return frames_shape[:2], frames_shape[:2]


def seen_in(frames, strikes):
    """Which notes sound, and which are struck: none where what that means was never learned."""
    return [frames > 0, ops.equal(frames, STRUCK) if strikes else ops.zeros_like(frames) > 0]


def _log_p(logits, events):
    return -ops.softplus(ops.where(events > 0, -logits, logits))


def above_each(notes):
    """How many notes sound above each key, [..., 88] from 0 and 1."""
    return ops.flip(ops.cumsum(ops.flip(notes, axis=-1), axis=-1), axis=-1) - notes


def notes_above(notes, count):
    """The notes of frames one by one, from the highest down.

    Args:
        notes: float [b, t, 88], 0 or 1.
        count: j; one more than the most notes of a frame for all of them, 1 for none.

    Returns:
        float [b, t, j, 88]: of each frame no note, the highest, the highest two, ...
    """
    places = ops.cast(ops.arange(count), notes.dtype)[:, None]
    rank = above_each(notes)[..., None, :]
    return notes[..., None, :] * ops.cast(rank < places, notes.dtype)
