"""Trains a named-entity recognizer.

    python -m apps.ner.train
    python -m apps.ner.train --corpus FOLDER --run runs/ner/mine
    python -m apps.ner.train --corpus train.conll --valid dev.conll --test test.conll --seeds 3

Reads sentences in CoNLL form, trains a bidirectional recurrent network with a conditional random
field on their words and characters, keeps the weights of the epoch with the best entity F1 on the
validation sentences, and leaves in the run folder all that evaluate, predict and export need. A run
that was cut off goes on when it is started again.
"""

from gated.commands.command import run_command
from gated.commands.options import ONE_DEVICE, Devices, Json
from gated.commands.outputs import Metrics
from gated.runs.folder import RunFolder
from gated.training.training import Training, run_training

from .config import Config
from .reading.sets import Corpus, load
from .showing.report import tables


def train(config: Config, *, devices: Devices = ONE_DEVICE, json: Json = False) -> None:
    """Trains as `config` says, and evaluates on the test sentences, or else the validation ones.

    Args:
        config: what the run depends on.
    """
    summary = ("f1", "precision", "recall")
    run_training(Training(load, _fit, tables, "valid_f1", summary), config, json, devices)


def _fit(corpus: Corpus, config: Config, run: RunFolder) -> Metrics:
    from .model.fitting import fit
    from .model.scores import entities_of, score

    print(corpus.sizes("sentences"))
    tagger = fit(corpus, config, run)
    which, sentences = corpus.evaluated
    metrics = {"set": which, **score(tagger, sentences, entities_of(corpus.train))}
    valid = metrics if which == "valid" else score(tagger, corpus.valid)
    return {**metrics, "valid_f1": valid["f1"]}


if __name__ == "__main__":
    run_command(train)
