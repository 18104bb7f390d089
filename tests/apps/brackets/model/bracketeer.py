"""The trained model: what evaluation, prediction and the export all call."""

from collections.abc import Sequence

import keras
import numpy as np

from gated.commands.outputs import Metrics
from gated.runs.folder import RunFolder
from gated.runs.models import load_model

from ..reading.sets import Text


class Bracketeer:
    """Says how likely it is that brackets balance."""

    def __init__(self, model: keras.Model):
        self.model = model

    @classmethod
    def load(cls, run: RunFolder) -> "Bracketeer":
        with run.loading("a model of brackets"):
            return cls(load_model(run))

    def predict(self, texts: Sequence[str]) -> np.ndarray:
        """The probabilities [n]."""
        return self.model.predict(ids_of(texts, max(map(len, texts))), verbose=0)[:, 0]

    def classify(self, text):
        """The graph of the export, from strings [n]."""
        import tensorflow as tf

        points = tf.strings.unicode_decode(text, "UTF-8").to_tensor(0)
        # The layers take no sequences of no steps.
        points = tf.pad(points, [[0, 0], [0, tf.maximum(0, 1 - tf.shape(points)[1])]])
        ids = tf.where(points == ord("("), 1, tf.where(points == ord(")"), 2, 0))
        return {"probability": self.model(ids)[:, 0]}


def ids_of(texts: Sequence[str], length: int) -> np.ndarray:
    """The ids of brackets, [n, length], padded with 0."""
    return np.array([["_()".index(one) for one in text.ljust(length, "_")] for text in texts])


def score(model: Bracketeer, texts: Sequence[Text]) -> Metrics:
    """The metrics of a model on texts."""
    p = model.predict([text.text for text in texts])
    right = np.where([text.balanced for text in texts], p, 1 - p)
    return {
        "texts": len(texts),
        "accuracy": float((right > 0.5).mean()),
        "loss": -float(np.log(np.maximum(right, 1e-30)).mean()),
    }
