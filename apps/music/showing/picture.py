"""A piece as a picture: time to the right, pitch upwards."""

from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO

import numpy as np

from gated.whole import write_whole

from ..reading.piece import LOWEST, STRUCK, Piece

PAPER, INK, RULE, BLACK_KEY = "#ffffff", "#5a5f69", "#d3d7de", "#f2f4f7"
WRITTEN, WRITTEN_START = "#7ba0d8", "#1f4a8c"
GIVEN, GIVEN_START = "#e6ae5a", "#98590a"

_QUARTER, _SEMITONE = 0.22, 0.092  # inches
_LEFT, _RIGHT, _TOP, _BOTTOM = 0.32, 0.15, 0.12, 0.42  # inches around the notes
_LEGEND = 0.2  # inches
_LEAST, _MOST = 6.5, 100.0  # inches from the first note to the last
_HEAD = 0.03  # inches of a note that show that it is struck
_LABEL = 0.3  # the least inches from one bar's number to the next


def draw(piece: Piece, file: Path | BinaryIO, given: np.ndarray | None = None) -> None:
    """Writes an SVG picture, the same bytes for the same piece.

    A bar for each note, dark where it is struck; where strokes are not known none is dark. Time is
    in bars where the piece has bars, else in seconds. The picture is as high as the notes need and
    as wide as the piece is long. The box around the notes has the id `roll`.

    Args:
        piece: any.
        file: where to write.
        given: bool [t, 88], the notes that were there before the rest was written; they have
            another colour.

    Raises:
        ValueError: if `given` is not as large as the piece.
    """
    import matplotlib
    from matplotlib.figure import Figure
    from matplotlib.patches import Patch

    if given is None:
        given = np.zeros(piece.frames.shape, bool)
    if given.shape != piece.frames.shape:
        raise ValueError(f"given: {given.shape}, and the piece {piece.frames.shape}")
    length = max(1, len(piece.frames))
    lowest, highest = _range(piece)
    width = min(_MOST, max(_LEAST, _QUARTER * length / piece.grid))
    height = _SEMITONE * (highest - lowest + 1)
    two_colours = bool((given & (piece.frames > 0)).any())
    whole = width + _LEFT + _RIGHT, height + _TOP + _BOTTOM + _LEGEND * two_colours

    with matplotlib.rc_context({"svg.hashsalt": "roll", "svg.fonttype": "none", "font.size": 8}):
        figure = Figure(figsize=whole, facecolor=PAPER)
        axes = figure.add_axes(
            (_LEFT / whole[0], _BOTTOM / whole[1], width / whole[0], height / whole[1]),
            facecolor=PAPER,
            xlim=(0, length),
            ylim=(lowest - 0.5, highest + 0.5),
        )
        axes.patch.set_gid("roll")
        _rule(axes, piece, width)
        bars, strokes = _parts(piece, given, head=_HEAD * length / width)
        for kind, fill, dark in ((False, WRITTEN, WRITTEN_START), (True, GIVEN, GIVEN_START)):
            _fill(axes, (bar for bar, of in bars if of == kind), fill)
            _fill(axes, (stroke for stroke, of in strokes if of == kind), dark)
        if two_colours:
            names = [Patch(color=GIVEN, label="given"), Patch(color=WRITTEN, label="written")]
            axes.legend(
                handles=names,
                ncols=2,
                loc="lower left",
                bbox_to_anchor=(0, 1),
                borderaxespad=0.5,
                borderpad=0,
                handlelength=1.2,
                frameon=False,
                labelcolor=INK,
            )

        nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        if isinstance(file, Path):
            write_whole(file, lambda to: figure.savefig(to, format="svg", metadata=nothing))
        else:
            figure.savefig(file, format="svg", metadata=nothing)


def _range(piece: Piece) -> tuple[int, int]:
    """The lowest and highest pitch to show: those used and one more, an octave at least."""
    keys = np.flatnonzero(piece.sounding.any(axis=0))
    lowest, highest = (LOWEST + keys[[0, -1]]).tolist() if len(keys) else (60, 72)
    missing = max(0, 12 - (highest - lowest))
    return lowest - 1 - missing // 2, highest + 1 + (missing + 1) // 2


def _parts(piece: Piece, given: np.ndarray, head: float) -> tuple[list, list]:
    """The bars of all notes, and the starts of those struck, `head` frames wide.

    Returns:
        Two lists of pairs: left, right and pitch; and whether this part of the note is given.
    """
    bars, strokes = [], []
    for note in piece.notes():
        start, end = round(note.start * piece.grid), round(note.end * piece.grid)
        key = note.pitch - LOWEST
        of = given[start:end, key]
        cuts = [start, *(start + 1 + np.flatnonzero(of[1:] != of[:-1])).tolist(), end]
        for left, right in pairwise(cuts):
            bars.append(((left, right, note.pitch), bool(given[left, key])))
        if piece.frames[start, key] == STRUCK:
            strokes.append(((start, min(end, start + head), note.pitch), bool(given[start, key])))
    return bars, strokes


def _fill(axes, parts: Iterable[tuple[float, float, int]], colour: str) -> None:
    """Rectangles from left to right, a semitone high."""
    from matplotlib.collections import PolyCollection

    corners = [
        [(left, pitch - 0.4), (right, pitch - 0.4), (right, pitch + 0.4), (left, pitch + 0.4)]
        for left, right, pitch in parts
    ]
    if corners:
        axes.add_collection(PolyCollection(corners, facecolor=colour, linewidth=0, zorder=2))


def _rule(axes, piece: Piece, width: float) -> None:
    """Lines and names: the octaves, and the bars or seconds."""
    from matplotlib.ticker import MaxNLocator

    lowest, highest = (round(limit) for limit in axes.get_ylim())
    for pitch in range(lowest, highest + 1):
        if pitch % 12 in (1, 3, 6, 8, 10):
            axes.axhspan(pitch - 0.5, pitch + 0.5, facecolor=BLACK_KEY, linewidth=0, zorder=0)
    octaves = [pitch for pitch in range(lowest, highest + 1) if pitch % 12 == 0]
    axes.set_yticks(octaves, [f"C{pitch // 12 - 1}" for pitch in octaves])
    axes.hlines([pitch - 0.5 for pitch in octaves], *axes.get_xlim(), RULE, linewidth=0.6, zorder=1)

    bars = np.flatnonzero(piece.positions == 1)
    if len(bars):
        least = _LABEL / width * len(piece.frames)
        apart = np.diff(bars).mean() if len(bars) > 1 else len(piece.frames)
        every = next(n for n in (1, 2, 4, 8, 16, 32, 64, 128, 1 << 30) if n * apart >= least)
        axes.vlines(bars, *axes.get_ylim(), RULE, linewidth=0.6, zorder=1)
        axes.set_xticks(bars[::every], range(1, len(bars) + 1, every))
        axes.set_xlabel("bar", loc="left")
    else:
        second = piece.grid * piece.tempo / 60
        last = len(piece.frames) / second
        ticks = MaxNLocator(max(4, round(width)), integer=True).tick_values(0, last)
        ticks = [tick for tick in ticks if tick <= last]
        axes.vlines([tick * second for tick in ticks], *axes.get_ylim(), RULE, linewidth=0.6)
        axes.set_xticks([tick * second for tick in ticks], [f"{tick:g}" for tick in ticks])
        axes.set_xlabel("seconds", loc="left")
    axes.tick_params(colors=INK, length=0, pad=3)
    axes.tick_params("y", pad=5)
    axes.xaxis.label.set(color=INK)
    for side in axes.spines.values():
        side.set(color=RULE, linewidth=0.6)
