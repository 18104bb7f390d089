"""Cross-validation."""

import json as json_format
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np

from gated.runs.folder import RunFolder

from ..config import Config
from ..evaluate import score
from ..reading import sets
from .fitting import fit


def cross_validate(config: Config, folds: int, json: bool) -> None:
    """Trains a classifier for each fold of a corpus and prints how they do on it.

    Fold I is tested by the classifier that was validated on fold I - 1 and trained on the others.
    """
    found = []
    for fold in range(folds):
        one = replace(
            config,
            valid=(f"fold:{(fold - 1) % folds}/{folds}",),
            test=(f"fold:{fold}/{folds}",),
        )
        corpus = sets.load(one)
        with tempfile.TemporaryDirectory() as folder:
            metrics, _ = score(fit(corpus, one, RunFolder(Path(folder))), corpus.test)
        found.append(metrics)
        print(
            f"fold {fold}: accuracy {metrics['accuracy']:.4f}, macro F1 {metrics['macro_f1']:.4f}"
        )
    summary: dict = {"folds": folds}
    for name in ("accuracy", "macro_f1", "calibration_error"):
        values = [metrics[name] for metrics in found]
        summary[name] = float(np.mean(values))
        summary[f"{name}_deviation"] = float(np.std(values, ddof=1))
        print(
            f"{name.replace('_', ' ')}: mean {np.mean(values):.4f}, standard deviation "
            f"{summary[f'{name}_deviation']:.4f}, worst and best {min(values):.4f}, "
            f"{max(values):.4f}"
        )
    if json:
        print(json_format.dumps(summary))
