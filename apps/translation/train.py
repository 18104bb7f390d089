"""Trains a translator on a corpus.

    python -m apps.translation.train
    python -m apps.translation.train --corpus train.fr train.en --valid dev.fr dev.en
    python -m apps.translation.train --corpus pairs.tsv --source 2 --target 1

Without a corpus it learns to write dates in ISO 8601. Leaves a run folder with all that evaluation,
translation and export need. A run that was cut off goes on when it is started again.
"""

from gated.commands.options import ONE_DEVICE, Devices, Json
from gated.commands.outputs import Metrics
from gated.runs.folder import RunFolder
from gated.training.training import Training, run_training

from .config import Config
from .options import USUAL_SEARCH
from .reading.sets import Corpus, load
from .showing.report import tables


def train(config: Config, *, devices: Devices = ONE_DEVICE, json: Json = False) -> None:
    """Trains as `config` says, and evaluates on the test pairs, or else the validation ones.

    Args:
        config: what the run depends on.
    """
    summary = ("bleu", "chrf", "exact", "perplexity")
    run_training(Training(load, _fit, tables, "valid_loss", summary), config, json, devices)


def _fit(corpus: Corpus, config: Config, run: RunFolder) -> Metrics:
    from .model.fitting import fit
    from .model.scores import score

    print(corpus.sizes("pairs"))
    translator, loss = fit(corpus, config, run)
    which, pairs = corpus.evaluated
    return {"set": which, **score(translator, pairs, USUAL_SEARCH, run.path), "valid_loss": loss}


if __name__ == "__main__":
    from gated.commands.command import run_command

    run_command(train)
