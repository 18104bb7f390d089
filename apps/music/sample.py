"""Samples new tunes, frame by frame: to hear, to see, and to go on with in other programs.

    python -m apps.music.sample --run runs/music/mine
    python -m apps.music.sample --run runs/music/mine --samples 4 --bars 32 --temperature 0.9
    python -m apps.music.sample --run runs/music/mine --primer beginning.mid --bars 16
    python -m apps.music.sample --run runs/music/mine --harmonise melody.abc

From nothing, or on from the beginning of another tune; or the other voices under a melody. Of each
tune a MIDI file, its sound, and a picture; and of all one page with pictures and players, which
shows how they differ from the training pieces and the longest passage that they share with one.
"""

import math
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Annotated

from gated.commands.command import run_command
from gated.commands.options import Check, Run, Samples, SamplingSeed, at_least, between
from gated.commands.quiet import import_keras
from gated.errors import BadData, BadUsage
from gated.runs.folder import RunFolder

from .config import Config
from .model.repertoire import Repertoire
from .model.request import after, under
from .reading.piece import Piece
from .reading.sets import read_pieces
from .showing import output
from .showing.statistics import Passages, statistics_of

_MOST_BARS = 2000  # all are in memory at once
_TEMPOS = between(10, 1000)  # quarters a minute


def sample(
    run: Run = Path("runs/music/default"),
    samples: Samples = 1,
    bars: Annotated[int, at_least(1)] = 16,
    temperature: Annotated[float, Check(lambda t: 0 < t < math.inf, "more than 0")] = 1.0,
    seed: SamplingSeed = 0,
    primer: Path | None = None,
    primer_bars: Annotated[int, at_least(0)] = 0,
    harmonise: Path | None = None,
    tempo: Annotated[float | None, _TEMPOS] = None,
    out: Path | None = None,
    *,
    json: bool = False,
) -> None:
    """Saves tunes in a new folder.

    Args:
        bars: how many new bars each has; of four quarters where the training pieces have none.
        temperature: less than 1 for likelier music, more for stranger.
        primer: a MIDI or ABC file with which each tune begins; of an ABC file its first tune.
        primer_bars: how many bars of the primer to take; 0 for all.
        harmonise: a MIDI or ABC file whose highest notes are the melody: they stay, and the others
            are sampled below them, each frame given the melody up to it.
        tempo: quarters a minute. Nothing: that of the primer or melody, or else the usual one of
            the training pieces.
        out: the folder to make, which must not exist yet or be empty. Nothing: the next of
            samples/1, samples/2, ... in the run folder.
        json: print a JSON object a tune, with its files, statistics and longest copy.
    """
    if samples * bars > _MOST_BARS:
        raise BadUsage(f"--samples {samples}: expected {_MOST_BARS} bars at most in all")
    if primer and harmonise:
        raise BadUsage("give --primer or --harmonise, not both")
    if primer_bars and not primer:
        raise BadUsage("--primer-bars goes with --primer")
    folder = RunFolder.open(run)
    config = replace(folder.load_config(Config), run=run)
    repertoire = Repertoire.load(folder)

    def first(file: Path) -> Piece:
        return read_pieces((str(file),), config)[0]

    if harmonise:
        piece, request = under(first(harmonise))
    else:
        piece, request = after(first(primer) if primer else None, repertoire, bars, primer_bars)
    if out is None:
        out = next(path for n in count(1) if not (path := run / "samples" / str(n)).exists())
    tempo = tempo or piece.tempo
    if not _TEMPOS.fits(tempo):
        raise BadData(f"{primer or harmonise}: {tempo:g} quarters a minute; give another --tempo")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise BadUsage(f"--out {out}: exists already; name another, or remove it first")

    import_keras()
    from .model.composer import Composer

    request = replace(request, samples=samples, temperature=temperature, seed=seed)
    composer = Composer.load(folder)
    RunFolder.create(out)
    training = Passages(repertoire.pieces)
    given = request.was_there if request.was_there.any() else None
    tunes = []
    for i, frames in enumerate(composer.compose(request), 1):
        tune = replace(piece, name=f"Tune {i}", tempo=tempo, frames=frames)
        tunes.append(output.save_tune(tune, out, i, training, given))
    corpus = statistics_of(repertoire.pieces)
    output.save_page(tunes, corpus, f"Tunes of {run}", out)
    if json:
        output.write_json(tunes, out)
    else:
        output.write_table(tunes, corpus, out)


if __name__ == "__main__":
    run_command(sample)
