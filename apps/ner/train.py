"""Trains a tagger of named entities.

    python -m apps.ner.train
    python -m apps.ner.train --corpus FOLDER --run runs/ner/mine
    python -m apps.ner.train --corpus train.conll --valid dev.conll --test test.conll

Reads sentences in CoNLL form, trains a bidirectional recurrent network on their words and
characters, keeps the weights of the epoch with the best entity F1 on the validation sentences,
and leaves in the run folder all that evaluate, predict and export need.
"""

from apps.ner import data
from apps.ner.config import Config
from gated.errors import BadUsage
from gated.runs.command import run_command
from gated.runs.folder import RunFolder
from gated.runs.quiet import import_tensorflow


def train(config: Config, *, json: bool = False) -> None:
    """Trains as `config` says, and evaluates on the test sentences, or else the validation ones.

    Args:
        config: what the run depends on.
        json: print the metrics as JSON too, on one line, last.
    """
    if config.peepholes and config.layer != "lstm":
        raise BadUsage(f"--peepholes goes with --layer lstm, not {config.layer}")
    corpus = data.load(config.corpus, config.valid, config.test, config.seed)
    run = RunFolder.begin(config.run, config)

    # Not before the options and the corpus are known good: it takes seconds.
    import_tensorflow()
    from apps.ner.evaluate import evaluate_sentences, report
    from apps.ner.fitting import fit

    with run.training(config):
        print(
            f"{len(corpus.train)} sentences to train on, {len(corpus.valid)} to validate, "
            f"{len(corpus.test)} to test"
        )
        tagger = fit(corpus, config, run)
    which = "test" if corpus.test else "valid"
    metrics = {"set": which, **evaluate_sentences(tagger, corpus.test or corpus.valid)}
    run.save_json(run.metrics, metrics)
    report(metrics, json)


if __name__ == "__main__":
    run_command(train)
