"""Trains a classifier of texts.

    python -m apps.sentiment.train
    python -m apps.sentiment.train --corpus reviews.csv --run runs/sentiment/mine
    python -m apps.sentiment.train --corpus rt.pos rt.neg --valid fold:8/10 --test fold:9/10

Reads labelled texts of any set of classes, trains a bidirectional recurrent network on their words
and puts naive Bayes beside it, keeps the weights of the epoch with the least validation loss, and
leaves in the run folder all that evaluate, predict and export need. A run that was cut off goes on
when it is started again.
"""

from gated.runs.command import run_command
from gated.runs.folder import RunFolder
from gated.runs.quiet import import_tensorflow

from .config import Config
from .reading import sets


def train(config: Config, *, json: bool = False) -> None:
    """Trains as `config` says, and evaluates on the test texts, or else the validation ones.

    Args:
        config: what the run depends on.
        json: print the metrics as JSON too, on one line, last.
    """
    corpus = sets.load(config)
    config = config.resolved(len(corpus.train))
    run = RunFolder.begin(config.run, config)

    # Not before the options and the corpus are known good: it takes seconds.
    import_tensorflow()
    from .evaluate import judge
    from .model.fitting import fit

    with run.training(config):
        print(
            f"{len(corpus.train)} texts to train on, {len(corpus.valid)} to validate, "
            f"{len(corpus.test)} to test; {len(corpus.labels)} classes"
        )
        for which, texts in (("validation", corpus.valid), ("test", corpus.test)):
            if count := sets.count_duplicates(texts, corpus.train):
                print(f"{count} of the {which} texts are among the training texts too")
        classifier = fit(corpus, config, run)
        which = "test" if corpus.test else "valid"
        judge(run, classifier, which, corpus.test or corpus.valid, json=json)


if __name__ == "__main__":
    run_command(train)
