"""Times sampling music with a trained model.

    python -m benchmarks.composing --run runs/music/default

From nothing, at 120 quarters a minute; what `apps.music.sample` does but for loading the model and
writing files. The first call, which compiles, is timed apart.
"""

import statistics
import time
from pathlib import Path

import numpy as np

from apps.music.model.composer import Composer
from apps.music.model.repertoire import Repertoire
from apps.music.model.request import Request, after
from apps.music.reading.piece import KEYS
from benchmarks.timing import interleaved
from gated.commands.command import run_command
from gated.commands.options import Run
from gated.runs.folder import RunFolder

QUARTERS_A_SECOND = 2


def composing(
    run: Run = Path("runs/music/default"), seconds: int = 60, samples: int = 1, repeats: int = 5
) -> None:
    """Prints how long it takes.

    Args:
        seconds: of each tune.
        samples: how many tunes at once.
        repeats: how often they are sampled.
    """
    folder = RunFolder.open(run)
    repertoire = Repertoire.load(folder)
    composer = Composer.load(folder)
    frames = seconds * QUARTERS_A_SECOND * repertoire.grid
    _, bars = after(None, repertoire, frames)
    request = Request(np.zeros((0, KEYS), "uint8"), bars.positions[:frames], samples)
    start = time.perf_counter()
    found = composer.compose(request)
    first = time.perf_counter() - start
    times = interleaved({"ours": lambda: composer.compose(request)}, repeats)["ours"]
    print(
        f"{samples} x {seconds} s, {frames} frames of {(found > 0).sum(axis=-1).mean():.1f} notes: "
        f"{statistics.median(times):.2f} s, at least {min(times):.2f} s; "
        f"the first time {first:.1f} s"
    )


if __name__ == "__main__":
    run_command(composing)
