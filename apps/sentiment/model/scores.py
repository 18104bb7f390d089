"""The metrics of a classifier, and its most confident mistakes."""

from collections.abc import Sequence

import numpy as np

from gated.metrics.classes import class_scores
from gated.runs.outputs import Metrics

from ..reading.files import Text
from .classifier import Classifier


def score(classifier: Classifier, texts: Sequence[Text], mistakes: int = 5) -> Metrics:
    """The metrics of a classifier on texts, with so many of its mistakes."""
    labels = classifier.encoder.labels
    classes = classifier.encoder.classes(texts)
    p = classifier.predict([text.text for text in texts])
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
