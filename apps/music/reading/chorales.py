"""Bach's four-part chorales, which come with music21."""

import contextlib
import logging
import sys
import warnings
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from rich.console import Console
from rich.progress import track

from gated.errors import BadData
from gated.reading.cache import cache_folder
from gated.whole import write_whole

from .bars import bars_of
from .npz import load_pieces, save_pieces
from .piece import Note, Piece, make_piece

_VOICES = ("Soprano", "Alto", "Tenor", "Bass")
# Of the cached file, to be changed with whatever changes the pieces.
_VERSION = 1


def read_chorales(grid: int) -> list[Piece]:
    """The chorales of Riemenschneider's edition, in its order, each setting once.

    Where the edition prints a setting twice, it is here under its first number. The voices alone,
    without instruments; repeats are not played again. Reading them takes half a minute or so; they
    are cached in a file in the user's cache folder, from which they are read the next time.
    """
    from importlib.metadata import version

    path = cache_folder() / f"chorales-{_VERSION}-music21-{version('music21')}-grid-{grid}.npz"
    if path.exists():
        # There is no one kind of error that numpy raises on damaged files.
        with contextlib.suppress(Exception):
            return load_pieces(path)
    pieces = list(_parsed(grid))
    if not pieces:
        raise BadData("music21 came without its corpus; name a --corpus")
    try:
        write_whole(path, lambda temporary: save_pieces(temporary, pieces))
    except OSError as error:
        print(f"{path}: cannot be written: {error.strerror}", file=sys.stderr)
    return pieces


def _parsed(grid: int) -> Iterator[Piece]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        logging.getLogger("music21").setLevel(logging.CRITICAL)
        from music21 import converter, corpus
        from music21.corpus.chorales import ChoraleListRKBWV

        files = {path.stem: path for path in corpus.getComposer("bach")}
        edition = ChoraleListRKBWV().byRiemenschneider
        first = {entry["bwv"]: number for number, entry in sorted(edition.items(), reverse=True)}
        chosen = sorted((number, bwv) for bwv, number in first.items() if f"bwv{bwv}" in files)
        console = Console(stderr=True)
        progress = track(
            chosen,
            "Reading Bach's chorales, this once",
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        for number, bwv in progress:
            # Not corpus.parse, which would leave a pickle of each in the temporary folder.
            reader = converter.Converter()
            reader.parseFileNoPickle(files[f"bwv{bwv}"])
            yield _piece(f"chorale {number} (BWV {bwv})", reader.stream, grid)


def _piece(name: str, score: Any, grid: int) -> Piece:
    """A piece of a score of music21."""
    from music21 import meter, stream, tempo

    voices = [part for part in score.parts if str(part.partName).startswith(_VOICES)]
    notes = [note for voice in voices for note in _notes(voice)]
    measures = list(voices[0].getElementsByClass(stream.Measure))
    metres = list(voices[0].recurse().getElementsByClass(meter.TimeSignature))
    segments = []
    for measure, after in zip(measures, [*measures[1:], None], strict=True):
        end = after.offset if after else voices[0].duration.quarterLength
        whole = Fraction(measure.barDuration.quarterLength)
        segments.append((Fraction(end) - Fraction(measure.offset), whole))
    marks = score.recurse().getElementsByClass(tempo.MetronomeMark)
    paces = [mark.getQuarterBPM() for mark in marks]
    metre = (metres[0].numerator, metres[0].denominator) if metres else None
    pace = next((float(pace) for pace in paces if pace), 80.0)
    return make_piece(name, notes, bars_of(segments), grid, pace, metre)


def _notes(voice: Any) -> Iterator[Note]:
    """Those of a part, notes that are tied as one."""
    for sound in voice.flatten().stripTies().notes:
        for pitch in sound.pitches:
            start = float(sound.offset)
            yield Note(pitch.midi, start, start + float(sound.quarterLength))
