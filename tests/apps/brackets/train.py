"""Learns whether brackets balance."""

from gated.commands.command import run_command
from gated.commands.options import Json
from gated.commands.outputs import Metrics
from gated.runs.folder import RunFolder
from gated.training.training import Training, run_training

from .config import Config
from .reading.sets import Corpus, load
from .showing.report import tables


def train(config: Config, *, json: Json = False) -> None:
    """Trains as `config` says, and evaluates.

    Args:
        config: what the run depends on.
    """
    run_training(Training(load, _fit, tables, "valid_loss", ("accuracy",)), config, json)


def _fit(corpus: Corpus, config: Config, run: RunFolder) -> Metrics:
    from .model.bracketeer import score
    from .model.fitting import fit

    print(corpus.sizes("texts"))
    model, best = fit(corpus, config, run)
    which, texts = corpus.evaluated
    return {"set": which, **score(model, texts), "valid_loss": best}


if __name__ == "__main__":
    run_command(train)
