"""The network of a piece of music: a deep recurrent layer over frames, and the notes given it."""

import keras
from keras import layers, ops

from gated.layers import Deep
from gated.training.network import recurrent_layer

from ..config import Config
from ..reading.piece import KEYS
from .notes import LogP, Notes, notes_above, seen_in

_PLACE_SIZE = 16


def build_model(bar: int, strikes: bool, config: Config) -> keras.Model:
    """Log P of frames, each given those before it.

        x⟨t⟩ = W [sounding⟨t-1⟩ ; struck⟨t-1⟩ ; vector of the place of frame t in its bar]
        h⟨t⟩, states = deep recurrent layer over x⟨t⟩, states
        log p(frame t) = that of its notes given h⟨t⟩, and that of which of them are struck again

    Inputs: `before` [b, t, 88], as `Piece.frames`, 0 before the first; `positions` [b, t] and
    `frames` [b, t, 88] of those that are scored; `above` [b, t, j, 88], the notes of those, as
    `notes_above` has them; then each state [b, units]. Outputs: log p of the notes and of the
    strikes [b, t], then each last state; float32 whatever the layers compute in.

    Args:
        bar: frames of the longest bar; 0 where no bars are known.
        strikes: whether it is known which notes are struck.
        config: sizes and dropout.
    """
    deep = Deep(
        recurrent_layer(config, return_state=True),
        config.depth,
        dropout=config.dropout,
        name="deep",
    )
    before, frames = (
        keras.Input((None, KEYS), dtype="int32", name=name) for name in ("before", "frames")
    )
    positions = keras.Input((None,), dtype="int32", name="positions")
    above = keras.Input((None, None, KEYS), name="above")
    first = [keras.Input((size,), name=f"state_{i}") for i, size in enumerate(deep.state_size)]
    places = layers.Embedding(bar + 1, _PLACE_SIZE, name="places")(ops.minimum(positions, bar))
    x = [ops.cast(kind, places.dtype) for kind in seen_in(before, strikes)]
    x = layers.Dense(config.units, name="in")(ops.concatenate([*x, places], axis=-1))
    h, *last = deep(layers.SpatialDropout1D(config.dropout)(x), initial_state=first)
    h = layers.SpatialDropout1D(config.dropout, name="state")(h)
    logits = Notes(config.units, config.dropout, strikes, name="notes")(h, before, above)
    heard = ops.concatenate([h, ops.cast(frames > 0, h.dtype)], axis=-1)
    struck = layers.Dense(KEYS, dtype="float32", name="strikes")(heard)
    log_p = LogP(dtype="float32", name="log_p")(logits, struck, before, frames)
    last = [ops.cast(state, "float32") for state in last]
    return keras.Model([before, positions, frames, above, *first], [*log_p, *last], name="music")


class Parts(keras.Model):
    """log P of parts of pieces, from zero states."""

    def __init__(self, model: keras.Model, voices: int):
        """Args: voices: the most notes of a frame that are predicted one given the other."""
        super().__init__()
        self.model = model
        self.voices = voices
        self.built = True  # as the model is: its weights can be loaded before any call

    def call(self, inputs, training=False):
        """Log P of frames, [b, t].

        From frames [b, t + 1, 88], the first of which is only read, and positions [b, t].
        """
        frames, positions = map(ops.convert_to_tensor, inputs)
        before, frames = frames[:, :-1], frames[:, 1:]
        above = notes_above(ops.cast(frames > 0, self.compute_dtype), self.voices + 1)
        states = [ops.zeros((ops.shape(frames)[0], x.shape[-1])) for x in self.model.inputs[4:]]
        notes, strikes, *_ = self.model(
            [before, positions, frames, above, *states], training=training
        )
        return notes + strikes


def nats_per_frame(counted, log_p):
    """The loss: the mean over the frames that count, [b, t]."""
    counted = ops.cast(counted, log_p.dtype)
    return -ops.sum(counted * log_p) / ops.maximum(ops.sum(counted), 1)
