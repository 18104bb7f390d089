"""Files of tunes in ABC notation: https://abcnotation.com/wiki/abc:standard:v2.1."""

import re
from collections.abc import Iterator
from pathlib import Path

from gated.errors import BadData
from gated.reading.files import read_bytes

from ..piece import Piece
from .tune import Tune

ENDINGS = (".abc",)


def read_abc(
    path: str | Path, grid: int, problems: list[str], remarks: list[str] | None = None
) -> Iterator[Piece]:
    """The tunes of a file, one by one, with their repeats, and chord symbols as chords below.

    A chord lasts until the next one. A tune of parts is played in the order that the field P of
    its header gives, or the field Y as in the Nottingham Music Database. Ties, broken rhythm,
    tuplets, overlays and several voices are understood, and so are the clefs, octaves and
    transpositions that move the notes of a voice; grace notes, decorations, slurs, words and
    macros are left out. Where the standard says nothing of how a tune sounds, as with an
    accidental that is tied over a bar line, it is read as printed music is.

    Args:
        path: the file; in UTF-8, or else in latin-1. What it says of length, metre and tempo
            before its first tune holds for all.
        grid: frames a quarter.
        problems: where it is said of each tune with an error its name, and what the error is.
        remarks: where it is said how many notes were left out, and what was passed over.

    Raises:
        BadData: if the file cannot be read, or has no tunes.
    """
    content = read_bytes(path, "tunes in ABC notation")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    before, *tunes = _blocks(re.split(r"\r\n|\n|\r", text))
    if not tunes:
        raise BadData(f"{path}: no tunes, expected lines that start with X:")
    passed: dict[str, list[str]] = {}  # where
    for first, lines in tunes:
        tune = Tune(before[1])
        try:
            for line in lines:
                tune.read(line)
            yield tune.piece(f"{path}, {tune}", grid, remarks)
        except ValueError as error:
            problems.append(f"{path}:{first + tune.lines - 1}, {tune}: {error}")
        except BadData as error:
            problems.append(str(error))
        for what, number in tune.passed:
            passed.setdefault(what, []).append(f"{path}:{first + number - 1}, {tune}")
    if remarks is not None:
        for what, places in passed.items():
            times = f"; {len(places):,} times in this file" if len(places) > 1 else ""
            remarks.append(f"{places[0]}: {what}, passed over{times}")


def _blocks(lines: list[str]) -> Iterator[tuple[int, list[str]]]:
    """What is before the first tune, and the lines of each, X: first; with a number of each."""
    block: list[str] | None = []
    first = 0
    for number, line in enumerate(lines, 1):
        starts = line.startswith("X:")
        if block is not None and (starts or (first and not line.strip())):
            yield first, block
            block = None
        if starts:
            first, block = number, []
        if block is not None:
            block.append(line)
    if block is not None:
        yield first, block
