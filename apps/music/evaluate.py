"""Judges a model of music: how well it tells each next frame of pieces.

    python -m apps.music.evaluate --run runs/music/mine
    python -m apps.music.evaluate --run runs/music/mine --corpus other/

Every frame of every piece counts, the first and silent ones among them. Prints the negative log
likelihood in nats a frame, and the share of the notes that the likeliest frames have in common with
the true ones, and writes them to metrics.json in the run folder.
"""

import json as json_format
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from gated.runs.command import run_command
from gated.runs.folder import RunFolder
from gated.runs.quiet import import_keras

from .config import Config
from .reading import sets
from .reading.piece import Piece

if TYPE_CHECKING:
    from .model.composer import Composer


def evaluate(
    run: Path = Path("runs/music/default"), corpus: tuple[str, ...] = (), *, json: bool = False
) -> None:
    """Judges the model of a run.

    Args:
        run: the run folder that train made.
        corpus: MIDI and ABC files or folders, or a MATLAB file, whose test pieces count. Nothing:
            the test pieces of the run, or its validation pieces if it has no test pieces.
        json: print the metrics as JSON too, on one line, last.
    """
    folder = RunFolder.open(run)
    config = folder.load_config(Config)
    if corpus:
        which, pieces = " ".join(corpus), sets.read_pieces(corpus, config.grid)
    else:
        splits = sets.load(config)
        which, pieces = ("test", splits.test) if splits.test else ("valid", splits.valid)

    import_keras()
    from .model.composer import Composer

    composer = Composer.load(folder, joint=config.output == "joint")
    judge(folder, composer, which, pieces, json=json)


def judge(
    run: RunFolder, composer: "Composer", which: str, pieces: list[Piece], *, json: bool
) -> None:
    """Judges a model on pieces; prints the metrics, and writes them to the run folder."""
    from .model.composer import total

    metrics = {"set": which, "pieces": len(pieces), **total(composer.judge(pieces))}
    run.save_json(run.metrics, metrics)
    title = f"{which}: {len(pieces)} pieces, {metrics['frames']} frames"
    table = Table("", title=title, title_justify="left")
    table.add_column("", justify="right")
    for name in ("nats_per_frame", "strike_nats_per_frame", "frame_accuracy"):
        if metrics[name] or name != "strike_nats_per_frame":
            table.add_row(name.replace("_", " "), f"{metrics[name]:.4f}")
    Console().print(table)
    if json:
        print(json_format.dumps(metrics, ensure_ascii=False))


if __name__ == "__main__":
    run_command(evaluate)
