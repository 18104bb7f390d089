"""What is asked of a model of music."""

from dataclasses import dataclass, replace

import numpy as np

from gated.errors import BadData

from ..reading.piece import KEYS, STRUCK, Piece
from .repertoire import Repertoire

_LONGEST_BAR = 255  # frames, which the eight bits of a position hold


@dataclass(frozen=True)
class Request:
    """What to draw.

    Attributes:
        given: uint8 [t0, 88], as `Piece.frames`, how every piece begins; t0 may be 0.
        positions: [t], those of all frames, the given ones and the new ones.
        samples: how many pieces.
        temperature: divides the logits: below 1 for likelier music, above for stranger.
        seed: 0 to 2⁶⁴ - 1.
        melody: None, or integers [2, t - t0]: the keys that are the highest note of each new frame,
            negative where any may be; and 1 where they are struck.
    """

    given: np.ndarray
    positions: np.ndarray
    samples: int = 1
    temperature: float = 1.0
    seed: int = 0
    melody: np.ndarray | None = None

    @property
    def was_there(self) -> np.ndarray:
        """The notes that are not new, booleans [t, 88]."""
        found = np.zeros((len(self.positions), KEYS), bool)
        found[: len(self.given)] = self.given > 0
        if self.melody is not None:
            keys = self.melody[0]
            found[len(self.given) + np.flatnonzero(keys >= 0), keys[keys >= 0]] = True
        return found


def after(
    primer: Piece | None, repertoire: Repertoire, bars: int, primer_bars: int = 0
) -> tuple[Piece, Request]:
    """New bars after a primer, or from nothing.

    Args:
        primer: None for nothing.
        repertoire: which gives tempo and metre where there is no primer.
        bars: how many new ones; of four quarters where no bars are known.
        primer_bars: how many of the primer are taken; 0 for all.

    Returns:
        A piece with the primer's frames and all positions, and the request.
    """
    piece = primer or Piece(
        "", np.zeros((0, KEYS), "uint8"), np.zeros(0, "uint8"), repertoire.grid, repertoire.tempo
    )
    metre = piece.metre or repertoire.metre
    beats, unit = metre or (4, 4)
    bar = max(1, round(4 * beats / unit * piece.grid))
    starts = np.flatnonzero(piece.positions == 1)
    if primer_bars:
        # Without bars of its own, of as many quarters as the new ones.
        end = (
            primer_bars * bar if not len(starts) else [*starts, None][min(primer_bars, len(starts))]
        )
        piece = replace(piece, frames=piece.frames[:end], positions=piece.positions[:end])
        starts = starts[:primer_bars]
    last = int(piece.positions[-1]) if len(piece.positions) else 0
    if len(starts) > 1:
        bar = max(int(starts[-1] - starts[-2]), last)  # the metre may have changed
    new = np.zeros(bars * bar, int)
    if (repertoire.bar or len(starts)) and bar <= _LONGEST_BAR:
        new = (last + np.arange(bars * bar)) % bar + 1
    positions = np.concatenate([piece.positions, new]).astype("uint8")
    return replace(piece, positions=positions, metre=metre), Request(piece.frames, positions)


def under(melody: Piece) -> tuple[Piece, Request]:
    """Other notes under the highest ones of a piece. Raises BadData if there are none."""
    sounds = melody.frames.any(axis=1)
    if not sounds.any():
        raise BadData(f"{melody.name}: no notes, expected a melody")
    highest = KEYS - 1 - np.argmax(melody.frames[:, ::-1] > 0, axis=1)
    struck = melody.frames[np.arange(len(highest)), highest] == STRUCK
    notes = np.stack([np.where(sounds, highest, -1), struck & sounds])
    return melody, Request(np.zeros((0, KEYS), "uint8"), melody.positions, melody=notes)
