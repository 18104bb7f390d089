"""How good a classifier's probabilities are, mostly by scikit-learn."""

from collections.abc import Sequence

import numpy as np
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

_BINS = 15


def class_scores(classes: np.ndarray, probabilities: np.ndarray, labels: Sequence[str]) -> dict:
    """Scores predictions, the likeliest class of each.

    Args:
        classes: the true ones, integers [n].
        probabilities: [n, classes].
        labels: the names of the classes.

    Returns:
        `accuracy`, `macro_f1` (the mean over the classes that occur), `calibration_error`,
        `confusion` (a row a true class, a column a predicted one), and under `classes` for each
        `precision`, `recall`, `f1` and `support`, how many there truly are.
    """
    predicted = probabilities.argmax(axis=1)
    every = range(len(labels))
    rows = zip(
        *precision_recall_fscore_support(classes, predicted, labels=every, zero_division=0),
        strict=True,
    )
    scores = {
        label: {
            "precision": float(precision),
            "recall": float(recall),
            "f1": float(f1),
            "support": int(support),
        }
        for label, (precision, recall, f1, support) in zip(labels, rows, strict=True)
    }
    occurring = [one["f1"] for one in scores.values() if one["support"]]
    return {
        "accuracy": float((predicted == classes).mean()),
        "macro_f1": float(np.mean(occurring)),
        "calibration_error": calibration_error(classes, probabilities),
        "classes": scores,
        "confusion": confusion_matrix(classes, predicted, labels=every).tolist(),
    }


def calibration_error(classes: np.ndarray, probabilities: np.ndarray) -> float:
    """How far confidence and accuracy are apart: the expected calibration error, in [0, 1].

        Σ over bins: n(bin) / n |accuracy(bin) - mean confidence(bin)|

    Over 15 bins of equal width of the greatest probability. Guo et al. 2017, "On calibration of
    modern neural networks", section 2.
    """
    confidence = probabilities.max(axis=1).astype("float64")
    right = probabilities.argmax(axis=1) == classes
    bins = np.clip(np.ceil(confidence * _BINS).astype(int) - 1, 0, _BINS - 1)
    gaps = np.bincount(bins, right - confidence, _BINS)
    return float(np.abs(gaps).sum() / len(classes))
