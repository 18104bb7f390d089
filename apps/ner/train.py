"""Trains a tagger of named entities.

    python -m apps.ner.train
    python -m apps.ner.train --corpus FOLDER --run runs/ner/mine
    python -m apps.ner.train --corpus train.conll --valid dev.conll --test test.conll --seeds 3

Reads sentences in CoNLL form, trains a bidirectional recurrent network with a conditional random
field on their words and characters, keeps the weights of the epoch with the best entity F1 on the
validation sentences, and leaves in the run folder all that evaluate, predict and export need. A run
that was cut off goes on when it is started again.
"""

import json as json_format

from gated.runs.command import run_command
from gated.runs.folder import RunFolder
from gated.runs.quiet import import_tensorflow

from .config import Config
from .reading import sets


def train(config: Config, *, json: bool = False) -> None:
    """Trains as `config` says, and evaluates on the test sentences, or else the validation ones.

    Args:
        config: what the run depends on.
        json: print the metrics as JSON too, on one line, last.
    """
    corpus = sets.load(config.corpus, config.valid, config.test, config.seed, config.reader)
    config = config.resolved(len(corpus.train))
    run = RunFolder(config.run)
    # Of several seeds the folder holds those that are finished, or were cut off.
    if config.seeds == 1 or not any(config.run.glob("seed-*")) or run.model.exists():
        run = RunFolder.begin(config.run, config)

    # Not before the options and the corpus are known good: it takes seconds.
    import_tensorflow()
    from .evaluate import report
    from .model.fitting import train_one
    from .seeds import train_seeds

    if config.seeds > 1:
        metrics = train_seeds(config)
    else:
        _, metrics = train_one(corpus, config, run)
        report(metrics)
    if json:
        print(json_format.dumps(metrics, ensure_ascii=False))


if __name__ == "__main__":
    run_command(train)
