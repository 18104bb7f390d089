"""Evaluates a model of brackets."""

from pathlib import Path

from gated.commands.command import run_command
from gated.commands.options import EvaluationCorpus, Json, Run
from gated.commands.outputs import save_and_report
from gated.commands.quiet import import_keras
from gated.runs.folder import RunFolder

from .config import Config
from .reading.sets import load, read
from .showing.report import tables


def evaluate(
    run: Run = Path("runs/brackets/default"), corpus: EvaluationCorpus = (), *, json: Json = False
) -> None:
    """Evaluates the model of a run."""
    folder = RunFolder.open(run)
    config = folder.load_config(Config)
    which, texts = (" ".join(corpus), read(corpus)) if corpus else load(config).evaluated

    import_keras()
    from .model.bracketeer import Bracketeer, score

    model = Bracketeer.load(folder)
    save_and_report(folder, {"set": which, **score(model, texts)}, tables, json)


if __name__ == "__main__":
    run_command(evaluate)
