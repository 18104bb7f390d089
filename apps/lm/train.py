"""Trains a language model.

    python -m apps.lm.train
    python -m apps.lm.train --corpus input.txt --valid 0.05 --test 0.05 --recipe medium
    python -m apps.lm.train --corpus names.txt --items --valid fold:8/10 --test fold:9/10

Reads text, learns to tell the next character or word from those before it, keeps the weights of
the epoch with the least validation loss, and leaves in the run folder all that evaluate, score,
sample and export need. A run that was cut off goes on when it is started again.
"""

import sys

from gated.runs.command import run_command
from gated.runs.folder import RunFolder
from gated.runs.quiet import import_keras

from .config import Config
from .reading import sets


def train(config: Config, *, json: bool = False) -> None:
    """Trains as `config` says, and evaluates on the test text, or else the validation text.

    Args:
        config: what the run depends on.
        json: print the metrics as JSON too, on one line, last.
    """
    corpus = sets.load(config)
    run = RunFolder.begin(config.run, config)

    # Not before the options and the corpus are known good: it takes seconds.
    import_keras()
    from .evaluate import evaluate_tokens, report
    from .model.fitting import fit

    with run.training(config):
        counts = [len(part) for part in (corpus.train, corpus.valid, corpus.test)]
        print("{} tokens to train on, {} to validate, {} to test".format(*counts))
        if corpus.long:
            print(
                f"warning: {corpus.long[0]}: more than {sets.LONGEST_ITEM:,} tokens; "
                f"{len(corpus.long)} such item(s) trained on in pieces",
                file=sys.stderr,
            )
        codec, model = fit(corpus, config, run)
        which = "test" if corpus.test else "valid"
        tokens = corpus.test or corpus.valid
        metrics = {"set": which, **evaluate_tokens(codec, model, tokens, config.items)}
        run.save_json(run.metrics, metrics)
    report(metrics, json)


if __name__ == "__main__":
    run_command(train)
