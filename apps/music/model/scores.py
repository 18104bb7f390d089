"""The metrics of a model of music: how well it predicts each next frame."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from keras import ops

from gated.commands.outputs import Metrics

from ..reading.piece import KEYS, SILENT, STRUCK, Piece
from .composer import WINDOW, Composer, tensor
from .notes import notes_above

FRAMES = 2**16  # that are scored at once, each as often as it has notes
_BATCH = 16


@dataclass(frozen=True)
class Score:
    """The scores of a piece.

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


def score(
    composer: Composer, pieces: Sequence[Piece], advance: Callable[[int], object] = lambda n: None
) -> Metrics:
    """The metrics of pieces together, every frame of every piece alike.

    `nats_per_frame` is -log p of which notes sound, as in the literature, and
    `strike_nats_per_frame` that of which are struck again, where that is known. `frame_accuracy` is
    right / (right + wrong + missed) notes, summed over all frames (Bay, Ehmann and Downie 2009, as
    in Boulanger-Lewandowski, Bengio and Vincent 2012).

    Args: advance: is told how many pieces are through.
    """
    sums = np.zeros((len(pieces), 2))
    frames = right = wrong = missed = 0
    for i, one in _scored(composer, pieces):
        sums[i] = [each.sum(dtype="float64") for each in (one.log_p, one.strikes)]
        frames += len(one.log_p)
        right, wrong, missed = right + one.right, wrong + one.wrong, missed + one.missed
        advance(1)
    # In the order of the pieces, whatever that of the batches.
    log_p, strikes = map(sum, sums.T.tolist())
    return {
        "pieces": len(pieces),
        "frames": frames,
        "nats_per_frame": -log_p / frames,
        "strike_nats_per_frame": 0.0 - strikes / frames,
        "frame_accuracy": right / max(1, right + wrong + missed),
    }


def score_pieces(composer: Composer, pieces: Sequence[Piece]) -> list[Score]:
    """The scores of each piece, in their order."""
    found = dict(_scored(composer, pieces))
    return [found[i] for i in range(len(pieces))]


def _scored(composer: Composer, pieces: Sequence[Piece]) -> Iterator[tuple[int, Score]]:
    """The number and the scores of each piece, the longest first."""
    order = np.argsort([-len(piece.frames) for piece in pieces], kind="stable").tolist()
    for at in range(0, len(order), _BATCH):
        rows = order[at : at + _BATCH]
        yield from zip(rows, _score_batch(composer, [pieces[i] for i in rows]), strict=True)


def _score_batch(composer: Composer, pieces: Sequence[Piece]) -> Iterator[Score]:
    longest = max(len(piece.frames) for piece in pieces)
    voices = max(int(piece.sounding.sum(axis=1).max(initial=0)) for piece in pieces)
    count = voices + 1 if composer.joint else 1
    window = min(WINDOW, -(-longest // 32) * 32, max(1, FRAMES // (len(pieces) * count)))
    states = composer.states(len(pieces))
    parts: list[list[tuple]] = [[] for _ in pieces]
    for start in range(0, longest, window):
        frames = np.zeros((len(pieces), window + 1, KEYS), "int32")
        positions = np.zeros((len(pieces), window), "int32")
        for row, piece in enumerate(pieces):
            seen = piece.frames[max(0, start - 1) : start + window]
            frames[row, not start :][: len(seen)] = seen
            places = piece.positions[start : start + window]
            positions[row, : len(places)] = places
        part = tensor(frames)
        above = notes_above(ops.cast(part[:, 1:] > 0, "float32"), count)
        *found, states = composer.compiled_score(part, above, tensor(positions), states)
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
        yield Score(
            np.concatenate(log_p),
            np.concatenate(strikes) if known else np.zeros(len(piece.frames), "float32"),
            *(int(sum(one)) for one in counts),
        )
