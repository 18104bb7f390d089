"""A trained model of music: what it makes of frames, and new ones that are drawn from it."""

from typing import Any

import keras
import numpy as np
from keras import ops

from gated.compiling import compiled
from gated.runs.folder import RunFolder
from gated.runs.models import load_model
from gated.sampling import uniforms

from ..config import Config
from ..reading.piece import HELD, KEYS, SILENT, STRUCK
from .request import Request

WINDOW = 256  # frames of a piece that are read at once
_CHUNK = 64  # frames that are drawn at once
_MIDDLE = 0.5


class Composer:
    """log P of frames, given those before them, and draws from it."""

    def __init__(self, model: keras.Model, joint: bool):
        """Args: joint: whether a note is predicted given those above it."""
        self.model = model
        self.joint = joint
        before, positions, *_ = model.inputs
        self.first = model.inputs[4:]
        h, last = model.get_layer("state").output, model.outputs[2:]
        self.reader = keras.Model([before, positions, *self.first], [h, *last])
        self.notes, self.strikes = model.get_layer("notes"), model.get_layer("strikes")
        self.compiled_score = compiled(self.score, model.variables)
        self._draw = compiled(self.draw, model.variables, jit=True)
        self._read = compiled(self.read, model.variables)

    @classmethod
    def load(cls, run: RunFolder) -> "Composer":
        from . import notes  # noqa: F401, registers what the file holds

        joint = run.load_config(Config).output == "joint"
        with run.loading():
            return cls(load_model(run), joint)

    def states(self, batch: int) -> list[Any]:
        """Those before the first frame."""
        return [ops.zeros((batch, state.shape[-1])) for state in self.first]

    def score(self, frames, above, positions, states):
        """Of frames [b, t + 1, 88], the first of which is only read, with their `notes_above`.

        log P of the notes and of the strikes [b, t], the likeliest frames [b, t, 88], and the
        states after them. A frame is the likeliest note by note from above: one sounds if that is
        likelier than not.
        """
        before, scored = frames[:, :-1], frames[:, 1:]
        log_p, strikes, *_ = self.model([before, positions, scored, above, *states], training=False)
        h, *states = self.reader([before, positions, *states], training=False)
        batch, steps = ops.shape(before)[:2]
        h, before = (ops.reshape(x, (batch * steps, x.shape[-1])) for x in (h, before))
        likeliest = self.draw_notes(h, before, ops.full((batch * steps, KEYS), _MIDDLE), 1.0)
        return log_p, strikes, ops.reshape(likeliest, (batch, steps, KEYS)), states

    def read(self, before, positions, states):
        """The states after frames [b, t, 88] at positions [b, t]."""
        _, *states = self.reader([before, positions, *states], training=False)
        return states

    def draw_notes(self, h, before, u, temperature, lid=None):
        """The notes of frames, drawn from the highest down.

        A key sounds if its u is less than its probability: a note is the first such key below the
        last one, and only there are the probabilities others.

        Args:
            h: [n, units].
            before: the frames before, [n, 88].
            u: uniform numbers [n, 88].
            temperature: divides the logits.
            lid: None, or int32 [n], the highest note of each; where negative, any.

        Returns:
            float32 [n, 88], 0 or 1.
        """
        keys = ops.arange(KEYS)
        notes = ops.zeros_like(u)
        last = ops.full(ops.shape(u)[:1], KEYS, "int32")
        if lid is not None:
            given = keys[None] == lid[:, None]
            notes = ops.cast(given, u.dtype)
            last = ops.where(lid < 0, KEYS, lid)

        def goes_on(going, last, notes):
            return ops.any(going)

        def body(going, last, notes):
            above = notes if self.joint else ops.zeros_like(notes)
            logits = self.notes(h[:, None], before[:, None], above[:, None, None])[:, 0, 0]
            p = ops.sigmoid(ops.cast(logits, "float32") / temperature)
            new = (u < p) & (keys[None] < last[:, None])
            highest = ops.max(ops.where(new, keys[None], -1), axis=-1)
            notes = ops.maximum(notes, ops.cast(keys[None] == highest[:, None], notes.dtype))
            # What is not below is no new note: the highest is -1 from then on.
            last = ops.where(highest < 0, 0, highest)
            return highest >= 0, ops.cast(last, "int32"), notes

        start = (ops.ones_like(last) > 0, last, notes)
        return ops.while_loop(goes_on, body, start)[2]

    def compose(self, request: Request) -> np.ndarray:
        """Draws what a request asks for: uint8 [samples, t, 88], what was given included.

        Sample i depends on the seed and on i, and not on how many there are.
        """
        given, count = request.given, request.samples
        length = len(request.positions) - len(given)
        chunks = -(-length // _CHUNK)
        states, before = self.states(count), np.zeros((count, KEYS), "int32")
        if len(given):
            read = np.concatenate([before[:1], given[:-1]])
            for start in range(0, len(given), WINDOW):
                part = slice(start, min(len(given), start + WINDOW))
                arrays = (x[None, part].repeat(count, axis=0) for x in (read, request.positions))
                states = self._read(*map(tensor, arrays), states)
            before = given[-1:].repeat(count, axis=0).astype("int32")
        drawn = uniforms(request.seed, count, chunks * _CHUNK * 2 * KEYS)
        drawn = drawn.reshape(count, chunks * _CHUNK, 2, KEYS).transpose(1, 0, 2, 3)
        rest = chunks * _CHUNK - length
        positions = np.pad(request.positions[len(given) :], (0, rest))
        melody = np.full((2, length), -1) if request.melody is None else request.melody
        melody = np.pad(melody, [(0, 0), (0, rest)], constant_values=-1)
        found, before = [], tensor(before)
        for start in range(0, chunks * _CHUNK, _CHUNK):
            part = slice(start, start + _CHUNK)
            frames, before, states = self._draw(
                before,
                tensor(positions[part]),
                states,
                ops.convert_to_tensor(drawn[part]),
                ops.convert_to_tensor(np.float32(request.temperature)),
                tensor(melody[:, part]),
            )
            found.append(ops.convert_to_numpy(frames))
        new = np.concatenate([np.zeros((0, count, KEYS)), *found])[:length].transpose(1, 0, 2)
        return np.concatenate([given[None].repeat(count, axis=0), new], axis=1).astype("uint8")

    def draw(self, before, positions, states, u, temperature, melody):
        """Draws frames, one after the other.

        Args:
            before: int32 [b, 88], the frame before the first.
            positions: int32 [t], those of the frames.
            states: [b, units] each.
            u: uniform numbers [t, b, 2, 88], for the notes and for the strikes.
            temperature: divides the logits.
            melody: int32 [2, t]: the key that is the highest note of each frame, any where it is
                negative; and 1 where that is struck.

        Returns:
            The frames, int32 [t, b, 88]; and for going on from there the last, and the states.
        """
        length, batch = ops.shape(positions)[0], ops.shape(before)[0]
        found = ops.zeros((length, batch, KEYS), "int32")

        def goes_on(t, before, found, *states):
            return t < length

        def body(t, before, found, *states):
            here = ops.broadcast_to(positions[t], (batch, 1))
            h, *states = self.reader([before[:, None], here, *states], training=False)
            h = h[:, 0]
            lid = ops.broadcast_to(melody[0, t], (batch,))
            notes = self.draw_notes(h, before, u[t, :, 0], temperature, lid)
            struck = self.strikes(ops.concatenate([h, notes], axis=-1))
            again = u[t, :, 1] < ops.sigmoid(ops.cast(struck, "float32") / temperature)
            again = ops.where(ops.arange(KEYS)[None] == lid[:, None], melody[1, t] > 0, again)
            again = again | ops.equal(before, SILENT)
            frame = ops.where(notes > 0, ops.where(again, STRUCK, HELD), SILENT)
            frame = ops.cast(frame, "int32")
            found = ops.scatter_update(found, ops.reshape(t, (1, 1)), frame[None])
            return (t + 1, frame, found, *states)

        start = (ops.zeros((), "int32"), before, found, *states)
        _, before, found, *states = ops.while_loop(goes_on, body, start)
        return found, before, states


def tensor(array):
    """Integers as the backend has them."""
    return ops.convert_to_tensor(array, "int32")
