"""Judges a classifier.

    python -m apps.sentiment.evaluate --run runs/sentiment/mine
    python -m apps.sentiment.evaluate --run runs/sentiment/mine --corpus other.csv
    python -m apps.sentiment.evaluate --run runs/sentiment/mine --folds 10

Prints the accuracy, the mean of the classes' F1, the calibration error, a table of the classes and
the most confident mistakes, and writes the numbers to metrics.json in the run folder, and the
confusion matrix as a picture beside it, confusion.svg.
"""

import json as json_format
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from rich.console import Console
from rich.table import Table

from gated.errors import BadUsage
from gated.runs.command import run_command
from gated.runs.folder import RunFolder
from gated.runs.quiet import import_tensorflow

from .config import Config
from .reading import sets
from .reading.files import Text

if TYPE_CHECKING:
    from .model.classifier import Classifier

_SHOWN = 90  # characters of a mistake


def evaluate(
    run: Path = Path("runs/sentiment/default"),
    corpus: tuple[str, ...] = (),
    *,
    folds: int = 0,
    mistakes: int = 5,
    json: bool = False,
) -> None:
    """Judges the classifier of a run.

    Args:
        run: the run folder that train made.
        corpus: as of train, of the same form; of a folder its test set. Nothing: the test texts of
            the run, or its validation texts if it has no test texts.
        folds: cross-validation: train as many classifiers with the options of the run, each tested
            on another fold of its whole corpus and validated on the fold before it, and tell how
            they do. Nothing is written. 0: judge the run itself.
        mistakes: how many of the most confident ones to show.
        json: print the metrics as JSON too, on one line, last.
    """
    if mistakes < 0:
        raise BadUsage(f"--mistakes {mistakes}: expected 0 or more")
    folder = RunFolder.open(run)
    config = folder.load_config(Config)
    if folds:
        if corpus or folds < 3:
            raise BadUsage("--folds: expected 3 at least, and no --corpus")
        import_tensorflow()
        from .model.folds import cross_validate

        cross_validate(config, folds, json)
        return
    if corpus:
        which, texts = " ".join(corpus), sets.read_texts(corpus, config)
    else:
        splits = sets.load(config)
        which, texts = ("test", splits.test) if splits.test else ("valid", splits.valid)

    import_tensorflow()
    from .model.classifier import Classifier

    classifier = Classifier.load(folder)
    sets.check_labels(texts, classifier.encoder.labels, which)
    judge(folder, classifier, which, texts, mistakes, json)


def judge(
    folder: RunFolder,
    classifier: "Classifier",
    which: str,
    texts: list[Text],
    mistakes: int = 5,
    json: bool = False,
) -> None:
    """Scores a classifier on texts, and leaves the scores in its folder and on the terminal."""
    from .showing.confusion import draw_confusion

    metrics, probabilities = score(classifier, texts)
    metrics = {"set": which, **metrics}
    folder.save_json(folder.metrics, metrics)
    draw_confusion(folder.path / "confusion.svg", metrics["confusion"], classifier.encoder.labels)
    report(metrics)
    show_mistakes(texts, probabilities, classifier.encoder.labels, mistakes)
    if json:
        print(json_format.dumps(metrics, ensure_ascii=False))


def score(classifier: "Classifier", texts: list[Text]) -> tuple[dict, np.ndarray]:
    """The scores of a classifier on texts, and the probabilities that it gives them."""
    from gated.metrics.classes import class_scores

    labels = classifier.encoder.labels
    place = {label: i for i, label in enumerate(labels)}
    probabilities = classifier.judge([text.text for text in texts])
    classes = np.array([place[text.label] for text in texts])
    return {"texts": len(texts), **class_scores(classes, probabilities, labels)}, probabilities


def report(metrics: dict) -> None:
    """Prints metrics as a table."""
    table = Table(title=f"{metrics['set']}: {metrics['texts']} texts", title_justify="left")
    table.add_column("class")
    for column in ("precision", "recall", "F1", "texts"):
        table.add_column(column, justify="right")
    for label, row in metrics["classes"].items():
        scores = (f"{row[key]:.3f}" for key in ("precision", "recall", "f1"))
        table.add_row(label, *scores, str(row["support"]))
    console = Console()
    console.print(table)
    console.print(
        f"accuracy {metrics['accuracy']:.4f}, macro F1 {metrics['macro_f1']:.4f}, "
        f"calibration error {metrics['calibration_error']:.4f}",
        highlight=False,
    )


def show_mistakes(texts: list[Text], probabilities, labels: list[str], count: int) -> None:
    """Prints the wrong predictions with the greatest probabilities."""
    console = Console(soft_wrap=True, highlight=False, markup=False)
    predicted = [labels[i] for i in probabilities.argmax(axis=1)]
    wrong = [i for i, text in enumerate(texts) if text.label != predicted[i]]
    wrong.sort(key=lambda i: -probabilities[i].max())
    if wrong[:count]:
        console.print("\nThe most confident mistakes:")
    for i in wrong[:count]:
        text = " ".join(texts[i].text.split())
        shown = text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
        console.print(
            f"  {probabilities[i].max():.3f} {predicted[i]}, is {texts[i].label}: {shown}"
        )


if __name__ == "__main__":
    run_command(evaluate)
