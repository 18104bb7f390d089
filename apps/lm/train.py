"""Trains a language model.

    python -m apps.lm.train
    python -m apps.lm.train --corpus input.txt --valid 0.05 --test 0.05 --recipe medium
    python -m apps.lm.train --corpus names.txt --items --valid fold:8/10 --test fold:9/10 --seeds 3

Reads text, learns the probability of the next character or word given those before it, keeps the
weights of the epoch with the least validation loss, and leaves in the run folder all that evaluate,
score, sample and export need. A run that was cut off goes on when it is started again.
"""

import sys

from gated.commands.command import run_command
from gated.commands.options import ONE_DEVICE, Devices, Json
from gated.commands.outputs import Metrics
from gated.runs.folder import RunFolder
from gated.training.training import Training, run_training

from .config import Config
from .reading.encoder import LONGEST_ITEM
from .reading.sets import Corpus, load
from .showing.report import tables


def train(config: Config, *, devices: Devices = ONE_DEVICE, json: Json = False) -> None:
    """Trains as `config` says, and evaluates on the test text, or else the validation text.

    Args:
        config: what the run depends on.
    """
    summary = ["nats_per_token", "perplexity"]
    if config.level == "char":
        summary.append("bits_per_character")
    run_training(Training(load, _fit, tables, "valid_loss", summary), config, json, devices)


def _fit(corpus: Corpus, config: Config, run: RunFolder) -> Metrics:
    from .model.fitting import fit
    from .model.scores import score

    print(corpus.sizes("tokens"))
    if corpus.long:
        print(
            f"warning: {corpus.long[0]}: more than {LONGEST_ITEM:,} tokens; "
            f"{len(corpus.long)} such item(s) trained on in pieces",
            file=sys.stderr,
        )
    language_model, loss = fit(corpus, config, run)
    which, text = corpus.evaluated
    return {"set": which, **score(language_model, text, config.items), "valid_loss": loss}


if __name__ == "__main__":
    run_command(train)
