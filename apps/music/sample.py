"""Writes new tunes, frame by frame: to hear, to see, and to go on with in other programs.

    python -m apps.music.sample --run runs/music/mine
    python -m apps.music.sample --run runs/music/mine --tunes 4 --bars 32 --temperature 0.9
    python -m apps.music.sample --run runs/music/mine --primer beginning.mid --bars 16
    python -m apps.music.sample --run runs/music/mine --harmonise melody.abc

From nothing, or on from the beginning of another tune; or the other voices under a melody. Of each
tune a MIDI file, its sound, and a picture; and of all one page with pictures and players, which
tells how they differ from the training pieces and the longest passage that they share with one.
"""

import json as json_format
from dataclasses import replace
from functools import partial
from itertools import count
from pathlib import Path

from rich.console import Console
from rich.table import Table

from gated.errors import BadData, BadUsage
from gated.runs.command import run_command
from gated.runs.folder import RunFolder, write_whole
from gated.runs.quiet import import_keras

from .config import Config
from .model.repertoire import Repertoire
from .model.request import after, under
from .reading import sets
from .reading.piece import Piece
from .showing.audio import write_wav
from .showing.midi import write_midi
from .showing.page import Tune, page
from .showing.picture import draw
from .showing.statistics import Passages, longest_copy, statistics_of

_MOST_BARS = 2000  # all are in memory at once
_SLOWEST, _FASTEST = 10, 1000  # quarters a minute


def sample(
    run: Path = Path("runs/music/default"),
    tunes: int = 1,
    bars: int = 16,
    temperature: float = 1.0,
    seed: int = 0,
    primer: Path | None = None,
    primer_bars: int = 0,
    harmonise: Path | None = None,
    tempo: float | None = None,
    out: Path | None = None,
    *,
    json: bool = False,
) -> None:
    """Writes tunes into a new folder.

    Args:
        run: the run folder that train made.
        tunes: how many.
        bars: how many new bars each has; of four quarters where the training pieces have none.
        temperature: less than 1 for likelier music, more for stranger.
        seed: the same seed gives the same tunes; tune i does not depend on how many there are.
        primer: a MIDI or ABC file with which each tune begins; of an ABC file its first tune.
        primer_bars: how many bars of the primer to take; 0 for all.
        harmonise: a MIDI or ABC file whose highest notes are the melody: they stay, and the others
            are written anew below them, each frame given the melody up to it.
        tempo: quarters a minute. Nothing: that of the primer or melody, or else the usual one of
            the training pieces.
        out: the folder to write, which must not exist yet or be empty. Nothing: the next of
            samples/1, samples/2, ... in the run folder.
        json: print a JSON object a tune, with its files, statistics and longest copy.
    """
    for name, value, fits, expected in (
        ("tunes", tunes, tunes >= 1, "at least 1"),
        ("bars", bars, bars >= 1, "at least 1"),
        ("temperature", temperature, 0 < temperature < float("inf"), "more than 0"),
        ("seed", seed, 0 <= seed < 2**64, "0 to 2**64 - 1"),
        ("primer-bars", primer_bars, primer_bars >= 0, "0 or more"),
        ("tunes", tunes, tunes * bars <= _MOST_BARS, f"{_MOST_BARS} bars at most in all"),
        ("tempo", tempo, tempo is None or _SLOWEST <= tempo <= _FASTEST, "10 to 1000 a minute"),
    ):
        if not fits:
            raise BadUsage(f"--{name} {value}: expected {expected}")
    if primer and harmonise:
        raise BadUsage("give --primer or --harmonise, not both")
    if primer_bars and not primer:
        raise BadUsage("--primer-bars goes with --primer")
    folder = RunFolder.open(run)
    config = folder.load_config(Config)
    repertoire = Repertoire.load(folder)

    def first(file: Path) -> Piece:
        return sets.read_pieces((str(file),), config.grid)[0]

    if harmonise:
        piece, request = under(first(harmonise))
    else:
        piece, request = after(first(primer) if primer else None, repertoire, bars, primer_bars)
    if out is None:
        out = next(path for n in count(1) if not (path := run / "samples" / str(n)).exists())
    tempo = tempo or piece.tempo
    if not _SLOWEST <= tempo <= _FASTEST:
        raise BadData(f"{primer or harmonise}: {tempo:g} quarters a minute; give another --tempo")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise BadUsage(f"--out {out}: exists already; name another, or remove it first")

    import_keras()
    from .model.composer import Composer

    request = replace(request, samples=tunes, temperature=temperature, seed=seed)
    composer = Composer.load(folder, joint=config.output == "joint")
    out = RunFolder.create(out).path
    piece = replace(piece, tempo=tempo)
    passages, shown = Passages(repertoire.pieces), []
    given = request.was_there if request.was_there.any() else None
    for i, frames in enumerate(composer.compose(request), 1):
        tune = replace(piece, name=f"Tune {i}", frames=frames)
        midi_file, wav_file, svg_file = (out / f"tune-{i}.{e}" for e in ("mid", "wav", "svg"))
        write_midi(tune, midi_file)
        write_wav(tune, wav_file)
        write_whole(svg_file, partial(draw, tune, given=given))
        shown.append(
            Tune(
                tune,
                wav=wav_file.read_bytes(),
                midi=midi_file.read_bytes(),
                statistics=statistics_of([tune]),
                copy=longest_copy(tune, passages),
                given=given,
            )
        )
    corpus = statistics_of(repertoire.pieces)
    write_whole(
        out / "index.html",
        lambda path: path.write_text(page(shown, corpus, f"Tunes of {run}"), encoding="utf-8"),
    )
    _report(out, shown, corpus, json)


def _report(out: Path, tunes, corpus, json: bool) -> None:
    if json:
        for i, tune in enumerate(tunes, 1):
            copy = tune.copy
            one = {
                "i": i - 1,
                "files": [str(out / f"tune-{i}{ending}") for ending in (".mid", ".wav", ".svg")],
                "notes_per_quarter": tune.statistics.notes_per_quarter,
                "in_key": tune.statistics.in_key,
                "copied_quarters": copy.quarters if copy else 0,
                "copied_from": copy.name if copy else None,
            }
            print(json_format.dumps(one, ensure_ascii=False))
        return
    table = Table("", title=str(out / "index.html"), title_justify="left")
    for column in ("notes a quarter", "in key", "longest copy, quarters"):
        table.add_column(column, justify="right")
    for tune in tunes:
        table.add_row(
            tune.piece.name,
            f"{tune.statistics.notes_per_quarter:.2f}",
            f"{tune.statistics.in_key:.0%}",
            f"{tune.copy.quarters:g}" if tune.copy else "0",
        )
    table.add_row("training pieces", f"{corpus.notes_per_quarter:.2f}", f"{corpus.in_key:.0%}", "")
    Console().print(table)


if __name__ == "__main__":
    run_command(sample)
