"""A trained model of music: judges pieces and writes new ones."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from keras import ops

from gated.compiling import compiled
from gated.runs.folder import RunFolder
from gated.sampling import uniforms

from ..reading.piece import HELD, KEYS, SILENT, STRUCK, Piece
from .notes import notes_above
from .request import Request

WINDOW = 256  # frames of a piece that are read at once
TOLD = 2**16  # frames that are told at once, each as often as it has notes
_BATCH = 16
_CHUNK = 64  # frames that are drawn at once
_MIDDLE = 0.5


@dataclass(frozen=True)
class Judgement:
    """What a model makes of a piece.

    Attributes:
        log_p: float32 [t], nats, of the notes of each frame given all frames before it.
        strikes: float32 [t], likewise of which notes are struck again, given the notes; zeros
            where that is not known.
        right, wrong, missed: how many notes of the likeliest frames sound, do not, and how many
            that sound are not in them.
    """

    log_p: np.ndarray
    strikes: np.ndarray
    right: int
    wrong: int
    missed: int


def total(judgements: Iterable[Judgement]) -> dict[str, float]:
    """The metrics of pieces together, every frame of every piece alike.

    `nats_per_frame` is -log p of which notes sound, as in the literature, and
    `strike_nats_per_frame` that of which are struck again, where that is known. `frame_accuracy` is
    right / (right + wrong + missed) notes, summed over all frames (Bay, Ehmann and Downie 2009, as
    in Boulanger-Lewandowski, Bengio and Vincent 2012).
    """
    found = list(judgements)
    frames = sum(len(one.log_p) for one in found)
    log_p, strikes = (
        float(sum(getattr(one, name).sum(dtype="float64") for one in found))
        for name in ("log_p", "strikes")
    )
    right, wrong, missed = (
        sum(getattr(one, name) for one in found) for name in ("right", "wrong", "missed")
    )
    return {
        "frames": frames,
        "nats_per_frame": -log_p / frames,
        "strike_nats_per_frame": 0.0 - strikes / frames,
        "frame_accuracy": right / max(1, right + wrong + missed),
    }


class Composer:
    """log P of frames, given those before them, and draws from it."""

    def __init__(self, model: keras.Model, joint: bool):
        """Args: joint: whether a note is told given those above it."""
        self.model = model
        self.joint = joint
        before, positions, *_ = model.inputs
        self.first = model.inputs[4:]
        h, last = model.get_layer("state").output, model.outputs[2:]
        self.reader = keras.Model([before, positions, *self.first], [h, *last])
        self.notes, self.strikes = model.get_layer("notes"), model.get_layer("strikes")
        self._judge = compiled(self.judge_window, model.variables)
        self._write = compiled(self.write, model.variables, jit=True)
        self._read = compiled(self.read, model.variables)

    @classmethod
    def load(cls, run: RunFolder, joint: bool) -> "Composer":
        import gated.layers  # noqa: F401, registers what the file holds

        with run.loading():
            return cls(keras.saving.load_model(run.model, compile=False), joint)

    def states(self, batch: int) -> list[Any]:
        """Those before the first frame."""
        return [ops.zeros((batch, state.shape[-1])) for state in self.first]

    def judge(self, pieces: list[Piece]) -> list[Judgement]:
        """Judges pieces, in their order."""
        order = sorted(range(len(pieces)), key=lambda i: -len(pieces[i].frames))
        found: dict[int, Judgement] = {}
        for at in range(0, len(order), _BATCH):
            rows = order[at : at + _BATCH]
            found |= zip(rows, self._judge_batch([pieces[i] for i in rows]), strict=True)
        return [found[i] for i in range(len(pieces))]

    def _judge_batch(self, pieces):
        longest = max(len(piece.frames) for piece in pieces)
        voices = max(int(piece.sounding.sum(axis=1).max(initial=0)) for piece in pieces)
        count = voices + 1 if self.joint else 1
        window = min(WINDOW, -(-longest // 32) * 32, max(1, TOLD // (len(pieces) * count)))
        states, parts = self.states(len(pieces)), [[] for _ in pieces]
        for start in range(0, longest, window):
            frames = np.zeros((len(pieces), window + 1, KEYS), "int32")
            positions = np.zeros((len(pieces), window), "int32")
            for row, piece in enumerate(pieces):
                seen = piece.frames[max(0, start - 1) : start + window]
                frames[row, not start :][: len(seen)] = seen
                places = piece.positions[start : start + window]
                positions[row, : len(places)] = places
            part = _tensor(frames)
            above = notes_above(ops.cast(part[:, 1:] > 0, "float32"), count)
            *found, states = self._judge(part, above, _tensor(positions), states)
            found = [ops.convert_to_numpy(x) for x in found]
            for row, piece in enumerate(pieces):
                length = max(0, len(piece.frames) - start)
                log_p, strikes, likeliest = (x[row, :length] for x in found)
                guess, true = likeliest > 0, piece.frames[start : start + window] > SILENT
                wrong, missed = (guess & ~true).sum(), (~guess & true).sum()
                parts[row].append((log_p, strikes, (guess & true).sum(), wrong, missed))
        for piece, of_piece in zip(pieces, parts, strict=True):
            log_p, strikes, *counts = zip(*of_piece, strict=True)
            known = (piece.frames == STRUCK).any()
            yield Judgement(
                np.concatenate(log_p),
                np.concatenate(strikes) if known else np.zeros(len(piece.frames), "float32"),
                *(int(sum(one)) for one in counts),
            )

    def judge_window(self, frames, above, positions, states):
        """Of frames [b, t + 1, 88], the first of which is only read, with their `notes_above`.

        log P of the notes and of the strikes [b, t], the likeliest frames [b, t, 88], and the
        states after them. A frame is the likeliest note by note from above: one sounds if that is
        likelier than not.
        """
        before, told = frames[:, :-1], frames[:, 1:]
        log_p, strikes, *_ = self.model([before, positions, told, above, *states], training=False)
        h, *states = self.reader([before, positions, *states], training=False)
        batch, steps = ops.shape(before)[:2]
        h, before = (ops.reshape(x, (batch * steps, x.shape[-1])) for x in (h, before))
        likeliest = self.draw_notes(h, before, ops.full((batch * steps, KEYS), _MIDDLE), 1.0)
        return log_p, strikes, ops.reshape(likeliest, (batch, steps, KEYS)), states

    def read(self, before, positions, states):
        """The states after frames [b, t, 88], told to be at positions [b, t]."""
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
                states = self._read(*map(_tensor, arrays), states)
            before = given[-1:].repeat(count, axis=0).astype("int32")
        drawn = uniforms(request.seed, count, chunks * _CHUNK * 2 * KEYS)
        drawn = drawn.reshape(count, chunks * _CHUNK, 2, KEYS).transpose(1, 0, 2, 3)
        rest = chunks * _CHUNK - length
        positions = np.pad(request.positions[len(given) :], (0, rest))
        melody = np.full((2, length), -1) if request.melody is None else request.melody
        melody = np.pad(melody, [(0, 0), (0, rest)], constant_values=-1)
        found, before = [], _tensor(before)
        for start in range(0, chunks * _CHUNK, _CHUNK):
            part = slice(start, start + _CHUNK)
            frames, before, states = self._write(
                before,
                _tensor(positions[part]),
                states,
                ops.convert_to_tensor(drawn[part]),
                ops.convert_to_tensor(np.float32(request.temperature)),
                _tensor(melody[:, part]),
            )
            found.append(ops.convert_to_numpy(frames))
        new = np.concatenate([np.zeros((0, count, KEYS)), *found])[:length].transpose(1, 0, 2)
        return np.concatenate([given[None].repeat(count, axis=0), new], axis=1).astype("uint8")

    def write(self, before, positions, states, u, temperature, melody):
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


def _tensor(array):
    return ops.convert_to_tensor(array, "int32")
