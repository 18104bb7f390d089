"""A page to hear and see tunes, each beside what it was learned from."""

import io
import re
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np

from gated.pages import render

from ..reading.piece import Piece
from . import picture
from .statistics import PITCH_CLASSES, Copy, Statistics, key_of

_SCALE = 1.4  # pixels of the page a point of a picture

_COLOURS = {
    picture.PAPER: "paper",
    picture.INK: "dim",
    picture.RULE: "rule",
    picture.BLACK_KEY: "black-key",
    picture.WRITTEN: "written",
    picture.WRITTEN_START: "written-start",
    picture.GIVEN: "given",
    picture.GIVEN_START: "given-start",
}


@dataclass(frozen=True)
class Tune:
    """A piece with all that the page says of it.

    Attributes:
        piece: its name is its heading.
        wav: its sound, a WAV file.
        midi: a MIDI file.
        statistics: of the piece.
        copy: the longest passage that a training piece has too; None if there is none.
        given: bool [t, 88], the notes that were there before the rest was written; None if none.
    """

    piece: Piece
    wav: bytes
    midi: bytes
    statistics: Statistics
    copy: Copy | None
    given: np.ndarray | None = None


def page(tunes: Iterable[Tune], corpus: Statistics, title: str) -> str:
    """HTML that needs no other file: of each tune a picture, a player, files and statistics.

    Args:
        tunes: in the order to show.
        corpus: statistics of the pieces that the tunes are to be like.
        title: of the page.
    """
    shown = (_shown(number, tune, corpus) for number, tune in enumerate(tunes, 1))
    return render(__package__, "page.html", title=title, tunes=shown, count=_count)


def _shown(number: int, tune: Tune, corpus: Statistics) -> dict[str, Any]:
    """What the template says of a tune."""
    name, of = tune.piece.name, tune.statistics
    most = max(*of.pitch_classes, *corpus.pitch_classes) or 1
    return {
        "name": name,
        "file": re.sub(r"[^\w.-]+", "-", name).strip("-.") or "tune",
        "about": _about(tune.piece),
        "roll": _roll(number, tune),
        "wav": b64encode(tune.wav).decode(),
        "midi": b64encode(tune.midi).decode(),
        "numbers": (
            ("notes a quarter", f"{of.notes_per_quarter:.2f}", f"{corpus.notes_per_quarter:.2f}"),
            ("notes at once", f"{of.sounding:.2f}", f"{corpus.sounding:.2f}"),
            ("notes in key", f"{of.in_key:.0%}", f"{corpus.in_key:.0%}"),
        ),
        "classes": [
            (pitch_class, [(share, share / most) for share in shares])
            for pitch_class, *shares in zip(
                PITCH_CLASSES, of.pitch_classes, corpus.pitch_classes, strict=True
            )
        ],
        "copied": tune.copy,
        "grid": tune.piece.grid,
    }


def _about(piece: Piece) -> str:
    """How long, how fast, and in which key."""
    seconds = round(len(piece.frames) * 60 / (piece.tempo * piece.grid))
    bars = int((piece.positions == 1).sum())
    length = [_count(bars, "bar")] if bars else []
    if length and piece.metre:
        length[0] += f" of {piece.metre[0]}/{piece.metre[1]}"
    key = key_of(piece)
    parts = [*length, f"{seconds // 60}:{seconds % 60:02}", f"{piece.tempo:.0f} quarters a minute"]
    return " · ".join(parts + ([f"nearest {key}"] if key else []))


def _roll(number: int, tune: Tune) -> str:
    """The picture as a part of the page: its colours, ids and size are the page's."""
    file = io.BytesIO()
    picture.draw(tune.piece, file, tune.given)
    svg = file.getvalue().decode()
    svg = re.sub(r' xmlns(:\w+)?="[^"]*"', "", svg[svg.index("<svg") :])
    svg = re.sub(r'( id="| xlink:href="#|url\(#)', rf"\1tune{number}-", svg)
    svg = svg.replace("xlink:href", "href")
    for colour, name in _COLOURS.items():
        svg = svg.replace(colour, f"var(--{name})")
    svg = re.sub(r'"([\d.]+)pt"', lambda size: f'"{float(size[1]) * _SCALE:.0f}"', svg, count=2)
    label = f'<svg role="img" aria-label="piano roll of {escape(tune.piece.name)}"'
    return svg.replace("<svg", label, 1).replace("</svg>", '<path class="cursor"/></svg>')


def _count(number: float, noun: str) -> str:
    return f"{number:.4g} {noun}{'s' if number != 1 else ''}"
