"""What sampling leaves in a folder, and what it prints."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from gated.commands.outputs import print_json
from gated.whole import write_whole

from ..reading.piece import Piece
from .audio import write_wav
from .midi import write_midi
from .page import Tune, page
from .picture import draw
from .statistics import Passages, Statistics, longest_copy, statistics_of


def save_tune(
    piece: Piece, out: Path, number: int, training: Passages, given: np.ndarray | None
) -> Tune:
    """Saves a tune as a MIDI file, its sound and a picture.

    Args:
        piece: the tune.
        out: the folder.
        number: of the tune, from 1.
        training: of the training pieces.
        given: bool [t, 88], the notes that are not new; None if none.
    """
    midi, wav, svg = _files(out, number)
    write_midi(piece, midi)
    write_wav(piece, wav)
    write_whole(svg, partial(draw, piece, given=given))
    return Tune(
        piece,
        wav=wav.read_bytes(),
        midi=midi.read_bytes(),
        statistics=statistics_of([piece]),
        copy=longest_copy(piece, training),
        given=given,
    )


def save_page(tunes: Sequence[Tune], corpus: Statistics, title: str, out: Path) -> None:
    """Saves a page of tunes, beside statistics of the training pieces."""
    html = page(tunes, corpus, title)
    write_whole(out / "index.html", lambda path: path.write_text(html, encoding="utf-8"))


def write_json(tunes: Sequence[Tune], out: Path) -> None:
    """An object a tune."""
    for number, tune in enumerate(tunes, 1):
        copy = tune.copy
        print_json(
            {
                "i": number - 1,
                "files": list(map(str, _files(out, number))),
                "notes_per_quarter": tune.statistics.notes_per_quarter,
                "in_key": tune.statistics.in_key,
                "copied_quarters": copy.quarters if copy else 0,
                "copied_from": copy.name if copy else None,
            }
        )


def write_table(tunes: Sequence[Tune], corpus: Statistics, out: Path) -> None:
    """A row a tune, and one of the training pieces."""
    table = Table("", title=str(out / "index.html"), title_justify="left")
    for column in ("notes a quarter", "in key", "longest copy, quarters"):
        table.add_column(column, justify="right")
    copies = [f"{tune.copy.quarters:g}" if tune.copy else "0" for tune in tunes]
    rows = [(tune.piece.name, tune.statistics) for tune in tunes]
    for (name, one), copied in zip(
        [*rows, ("training pieces", corpus)], [*copies, ""], strict=True
    ):
        table.add_row(name, f"{one.notes_per_quarter:.2f}", f"{one.in_key:.0%}", copied)
    Console().print(table)


def _files(out: Path, number: int) -> list[Path]:
    return [out / f"tune-{number}.{ending}" for ending in ("mid", "wav", "svg")]
