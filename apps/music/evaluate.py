"""Evaluates a model of music: how well it predicts each next frame of pieces.

    python -m apps.music.evaluate --run runs/music/mine
    python -m apps.music.evaluate --run runs/music/mine --corpus other/

Every frame of every piece counts, the first and silent ones among them. Reports the negative
log-likelihood in nats a frame, and the share of the notes that the likeliest frames have in common
with the true ones, and saves them in metrics.json in the run folder.
"""

from pathlib import Path

from gated.runs.command import run_command
from gated.runs.folder import RunFolder
from gated.runs.options import EvaluationCorpus, Json, Run
from gated.runs.outputs import save_and_report
from gated.runs.quiet import import_keras

from .config import Config
from .reading.sets import load, read_pieces
from .showing.report import tables


def evaluate(
    run: Run = Path("runs/music/default"), corpus: EvaluationCorpus = (), *, json: Json = False
) -> None:
    """Evaluates the model of a run."""
    folder = RunFolder.open(run)
    config = folder.load_config(Config)
    if corpus:
        which, pieces = " ".join(corpus), read_pieces(corpus, config.grid)
    else:
        which, pieces = load(config).evaluated

    import_keras()
    from .model.composer import Composer
    from .model.scores import score

    metrics = {"set": which, **score(Composer.load(folder), pieces)}
    save_and_report(folder, metrics, tables, json)


if __name__ == "__main__":
    run_command(evaluate)
