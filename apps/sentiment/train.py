"""Trains a classifier of texts.

    python -m apps.sentiment.train
    python -m apps.sentiment.train --corpus reviews.csv --run runs/sentiment/mine
    python -m apps.sentiment.train --corpus rt.pos rt.neg --valid fold:8/10 --test fold:9/10

Reads labelled texts of any set of classes, trains a bidirectional recurrent network on their words
and puts naive Bayes beside it, saves the weights of the epoch with the least validation loss, and
leaves in the run folder all that evaluate, predict and export need. A run that was cut off goes on
when it is started again.
"""

from gated.commands.command import run_command
from gated.commands.options import ONE_DEVICE, Devices, Json
from gated.commands.outputs import Metrics
from gated.runs.folder import RunFolder
from gated.training.training import Training, run_training

from .config import Config
from .reading.sets import Corpus, count_duplicates, labels_of, load
from .showing.report import SUMMARY, tables


def train(config: Config, *, devices: Devices = ONE_DEVICE, json: Json = False) -> None:
    """Trains as `config` says, and evaluates on the test texts, or else the validation ones.

    Args:
        config: what the run depends on.
    """
    run_training(Training(load, _fit, tables, "valid_loss", SUMMARY), config, json, devices)


def _fit(corpus: Corpus, config: Config, run: RunFolder) -> Metrics:
    from .model.fitting import fit
    from .model.scores import score
    from .showing.confusion import draw_confusion

    print(f"{corpus.sizes('texts')}; {len(labels_of(corpus.train))} classes")
    for which, texts in (("validation", corpus.valid), ("test", corpus.test)):
        if count := count_duplicates(texts, corpus.train):
            print(f"{count} of the {which} texts are among the training texts too")
    classifier, valid_loss = fit(corpus, config, run)
    which, texts = corpus.evaluated
    metrics = {"set": which, **score(classifier, texts), "valid_loss": valid_loss}
    draw_confusion(run.path / "confusion.svg", metrics)
    return metrics


if __name__ == "__main__":
    run_command(train)
