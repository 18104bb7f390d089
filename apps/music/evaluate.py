"""Evaluates a model of music: how well it predicts each next frame of pieces.

    python -m apps.music.evaluate --run runs/music/mine
    python -m apps.music.evaluate --run runs/music/mine --corpus other/

Every frame of every piece counts, the first and silent ones among them. Reports the negative
log-likelihood in nats a frame, and the share of the notes that the likeliest frames have in common
with the true ones, and saves them in metrics.json in the run folder.
"""

from dataclasses import replace
from pathlib import Path

from gated.commands.command import run_command
from gated.commands.options import EvaluationCorpus, Json, Run
from gated.commands.outputs import save_and_report
from gated.commands.progress import bar_of
from gated.commands.quiet import import_keras
from gated.runs.folder import RunFolder

from .config import Config
from .reading.sets import load, read_pieces
from .showing.report import tables


def evaluate(
    run: Run = Path("runs/music/default"), corpus: EvaluationCorpus = (), *, json: Json = False
) -> None:
    """Evaluates the model of a run."""
    folder = RunFolder.open(run)
    config = replace(folder.load_config(Config), run=run)
    if corpus:
        which, pieces = " ".join(corpus), read_pieces(corpus, config)
    else:
        which, pieces = load(config).evaluated

    import_keras()
    from .model.composer import Composer
    from .model.scores import score

    composer = Composer.load(folder)
    with bar_of(len(pieces), "Evaluating") as advance:
        metrics = {"set": which, **score(composer, pieces, advance)}
    save_and_report(folder, metrics, tables, json)


if __name__ == "__main__":
    run_command(evaluate)
