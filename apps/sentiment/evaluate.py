"""Evaluates a classifier: accuracy, macro F1 and calibration error.

    python -m apps.sentiment.evaluate --run runs/sentiment/mine
    python -m apps.sentiment.evaluate --run runs/sentiment/mine --corpus other.csv
    python -m apps.sentiment.evaluate --run runs/sentiment/mine --folds 10

Reports these, the scores of each class and the most confident mistakes, and saves them in
metrics.json in the run folder, and the confusion matrix as a picture beside it, confusion.svg.
"""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

from gated.commands.command import run_command
from gated.commands.options import EvaluationCorpus, Json, Run, at_least
from gated.commands.outputs import print_json, report_summary, save_and_report, summary
from gated.commands.progress import bar_of
from gated.commands.quiet import import_keras
from gated.errors import BadUsage
from gated.runs.folder import RunFolder

from .config import Config
from .reading.sets import check_labels, load, read_texts
from .showing.report import SUMMARY, headline, tables


def evaluate(
    run: Run = Path("runs/sentiment/default"),
    corpus: EvaluationCorpus = (),
    *,
    folds: int = 0,
    mistakes: Annotated[int, at_least(0)] = 5,
    json: Json = False,
) -> None:
    """Evaluates the classifier of a run.

    Args:
        folds: cross-validation: train as many classifiers with the options of the run, each tested
            on another fold of its whole corpus and validated on the fold before it, and report how
            they do. Nothing is saved. 0: evaluate the run itself.
        mistakes: how many of the most confident ones to report.
    """
    if folds and (corpus or folds < 3):
        raise BadUsage("--folds: expected at least 3, and no --corpus")
    folder = RunFolder.open(run)
    config = replace(folder.load_config(Config), run=run)
    if folds:
        _cross_validate(config, folds, json)
        return
    if corpus:
        which, texts = " ".join(corpus), read_texts(corpus, config)
    else:
        which, texts = load(config).evaluated

    import_keras()
    from .model.classifier import Classifier
    from .model.scores import score
    from .showing.confusion import draw_confusion

    classifier = Classifier.load(folder)
    check_labels(texts, classifier.encoder.labels, which)
    with bar_of(len(texts), "Evaluating") as advance:
        metrics = {"set": which, **score(classifier, texts, mistakes, advance)}
    draw_confusion(folder.path / "confusion.svg", metrics)
    save_and_report(folder, metrics, tables, json)


def _cross_validate(config: Config, folds: int, json: bool) -> None:
    import_keras()
    from .model.folds import cross_validate

    found = []
    for fold, metrics in enumerate(cross_validate(config, folds)):
        print(f"fold {fold}: {headline(metrics)}")
        found.append(metrics)
    whole = summary(found, SUMMARY)
    report_summary(whole, SUMMARY, f"{folds} folds")
    if json:
        print_json({"folds": folds, **whole})


if __name__ == "__main__":
    run_command(evaluate)
