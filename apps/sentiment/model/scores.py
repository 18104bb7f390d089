"""The metrics of a classifier, and its most confident mistakes."""

from collections.abc import Callable, Sequence

import numpy as np

from gated.commands.outputs import Metrics
from gated.metrics.classes import class_scores

from ..reading.files import Text
from .classifier import Classifier

_TEXTS = 2**14  # that are classified at once


def score(
    classifier: Classifier,
    texts: Sequence[Text],
    mistakes: int = 5,
    advance: Callable[[int], object] = lambda count: None,
) -> Metrics:
    """The metrics of a classifier on texts, of which some are in memory at a time.

    Args:
        classifier: what is evaluated.
        texts: with their classes.
        mistakes: how many of the most confident ones to report.
        advance: is told how many texts are through.
    """
    labels = classifier.encoder.labels
    classes = classifier.encoder.classes(texts)
    p = np.empty((len(texts), len(labels)), "float32")
    for start in range(0, len(texts), _TEXTS):
        here = slice(start, min(start + _TEXTS, len(texts)))
        p[here] = classifier.predict([text.text for text in texts[here]])
        advance(here.stop - start)
    confidence, predicted = p.max(axis=1), p.argmax(axis=1)
    wrong = np.flatnonzero(predicted != classes)
    wrong = wrong[np.argsort(-confidence[wrong], kind="stable")][:mistakes]
    return {
        "texts": len(texts),
        **class_scores(classes, p, labels),
        "mistakes": [
            {
                "text": texts[i].text,
                "true": texts[i].label,
                "predicted": labels[predicted[i]],
                "probability": float(confidence[i]),
            }
            for i in wrong.tolist()
        ],
    }
