"""Cross-validation."""

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from gated.commands.outputs import Metrics
from gated.runs.folder import RunFolder

from ..config import Config
from ..reading.sets import load
from .fitting import fit
from .scores import score


def cross_validate(config: Config, folds: int) -> Iterator[Metrics]:
    """Trains a classifier for each fold of a corpus, and gives its metrics on that fold.

    Fold I is tested by the classifier that was validated on fold I - 1 and trained on the others.
    """
    for fold in range(folds):
        valid, test = ((f"fold:{i % folds}/{folds}",) for i in (fold - 1, fold))
        one = replace(config, valid=valid, test=test)
        corpus = load(one)
        with tempfile.TemporaryDirectory() as folder:
            classifier, _ = fit(corpus, one, RunFolder(Path(folder)))
        yield score(classifier, corpus.test)
