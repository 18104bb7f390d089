"""From raw text to classes: what evaluation, prediction and the export all call."""

from collections.abc import Iterable, Iterator, Sequence

import keras
import numpy as np
import tensorflow as tf

from gated.export.windows import in_groups
from gated.runs.folder import RunFolder
from gated.runs.models import load_model
from gated.text.files import in_memory

from ..config import Config
from .encoder import Encoder, load_encoder
from .prediction import Prediction, Word

_TOKENS = 2**14  # that are read at once
_WITHOUT = 2**18  # tokens of a text without each of its words that are in memory at once


class Classifier:
    """A trained model with the vocabularies that it was trained with."""

    def __init__(self, encoder: Encoder, model: keras.Model):
        self.encoder = encoder
        self.model = model
        self.labels = tf.constant(encoder.labels)
        self._of_tokens = tf.function(
            self.probabilities, input_signature=[tf.RaggedTensorSpec([None, None], tf.string)]
        )

    @classmethod
    def load(cls, run: RunFolder) -> "Classifier":
        from . import naive_bayes  # noqa: F401, registers what the file holds

        limit = run.load_config(Config).limit
        with run.loading():
            model = load_model(run)
            encoder = load_encoder(run.path, limit)
            sizes = (model.get_layer("vectors").input_dim, model.output_shape[-1])
            if sizes != (len(encoder.words), len(encoder.labels)):
                raise ValueError("its vocabularies are not those of its model")
            return cls(encoder, model)

    def probabilities(self, tokens):
        """The graph from ragged tokens [n, (t)] to the probability of each class, [n, classes]."""
        return self.model(self.encoder.inputs(tokens), training=False)

    def classify(self, text):
        """The graph from strings [n] to labels [n] and probabilities [n, classes] of `labels`."""
        tokens, _, _ = self.encoder.tokens(text)
        order, [probabilities] = in_groups(
            lambda some: [self.probabilities(some)],
            tokens,
            _TOKENS,
            [tf.TensorSpec([None, len(self.encoder.labels)])],
        )
        probabilities = tf.gather(probabilities, tf.argsort(order, stable=True))
        return {
            "label": tf.gather(self.labels, tf.argmax(probabilities, axis=-1)),
            "probabilities": probabilities,
            "labels": tf.tile(self.labels[None], [tf.shape(probabilities)[0], 1]),
        }

    def predict_texts(self, texts: Iterable[str], explain: bool = False) -> Iterator[Prediction]:
        """Classifies texts, so many at a time as are in memory; or explains one after the other."""
        if explain:
            yield from map(self.explain, texts)
            return
        for some in in_memory(texts):
            for text, p in zip(some, self.predict(some), strict=True):
                yield Prediction(text, self._by_label(p))

    def explain(self, text: str) -> Prediction:
        """Classifies a text, with what each word that is read adds to the likeliest class.

            contribution = logit P(class | text) - logit P(class | text without the word)

        in nats. Li, Monroe and Jurafsky 2016, "Understanding neural networks through representation
        erasure", section 3.
        """
        tokens, starts, ends = (
            ragged[0].numpy() for ragged in self.encoder.tokens(tf.constant([text]))
        )
        some = max(1, _WITHOUT // max(1, len(tokens)))
        parts = []
        for first in range(0, 1 + len(tokens), some):
            places = range(first, min(1 + len(tokens), first + some))
            # The first is the whole text.
            texts = [np.delete(tokens, i - 1) if i else tokens for i in places]
            parts.append(self.predict_tokens(tf.ragged.constant(texts, tf.string, ragged_rank=1)))
        probabilities = np.concatenate(parts)
        best = probabilities[0].argmax()
        p = np.clip(probabilities[:, best].astype("float64"), 1e-7, 1 - 1e-7)
        logits = np.log(p / (1 - p))
        words = [
            Word(text[start:end], int(start), int(end), float(contribution))
            for start, end, contribution in zip(starts, ends, logits[0] - logits[1:], strict=True)
        ]
        return Prediction(text, self._by_label(probabilities[0]), words)

    def predict(self, texts: Sequence[str]) -> np.ndarray:
        """The probabilities of texts, [n, classes]."""
        return self.predict_tokens(self.encoder.read(texts)[0])

    def predict_tokens(self, tokens) -> np.ndarray:
        """Likewise of ragged tokens; those of like length are read side by side."""
        lengths = tokens.row_lengths().numpy()
        order = np.argsort(-lengths, kind="stable")
        found = np.zeros((len(lengths), len(self.encoder.labels)), "float32")
        start = 0
        while start < len(order):
            count = max(1, min(256, _TOKENS // max(1, lengths[order[start]])))
            places = order[start : start + count]
            found[places] = self._of_tokens(tf.gather(tokens, places)).numpy()
            start += count
        return found

    def _by_label(self, p: np.ndarray) -> dict[str, float]:
        return dict(zip(self.encoder.labels, p.tolist(), strict=True))
