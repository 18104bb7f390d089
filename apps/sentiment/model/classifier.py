"""From raw text to classes: what evaluation and prediction call."""

from collections.abc import Iterable, Iterator, Sequence

import keras
import numpy as np
from keras import ops

from gated.compiling import predicting
from gated.reading.files import in_memory
from gated.runs.folder import RunFolder
from gated.runs.models import load_model
from gated.training.batches import longest_first, places

from ..config import Config
from .encoder import Encoded, Encoder, load_encoder
from .prediction import Prediction, Word

TOKENS = 2**14  # that are read at once,
_TEXTS = 256  # of so many texts at most
_WITHOUT = 2**18  # tokens of a text without each of its words that are in memory at once


class Classifier:
    """A trained model with the vocabularies that it was trained with."""

    def __init__(self, encoder: Encoder, model: keras.Model):
        self.encoder = encoder
        self.model = model
        self._predict = predicting(model)

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
        tokens = self.encoder.split(text)
        bounds = self.encoder.cut(self.encoder.locate(text, tokens))
        tokens = self.encoder.cut(tokens)
        some = max(1, _WITHOUT // max(1, len(tokens)))
        parts = []
        for first in range(0, 1 + len(tokens), some):
            numbers = range(first, min(1 + len(tokens), first + some))
            # The first is the whole text.
            without = [tokens[: i - 1] + tokens[i:] if i else tokens for i in numbers]
            parts.append(self.predict_encoded(self.encoder.encode(without)))
        probabilities = np.concatenate(parts)
        best = probabilities[0].argmax()
        p = np.clip(probabilities[:, best].astype("float64"), 1e-7, 1 - 1e-7)
        logits = np.log(p / (1 - p))
        words = [
            Word(text[start:end], start, end, float(contribution))
            for (start, end), contribution in zip(bounds, logits[0] - logits[1:], strict=True)
        ]
        return Prediction(text, self._by_label(probabilities[0]), words)

    def predict(self, texts: Sequence[str]) -> np.ndarray:
        """The probabilities of texts, [n, classes]."""
        return self.predict_encoded(self.encoder.read(texts)[0])

    def predict_encoded(self, texts: Encoded) -> np.ndarray:
        """Likewise; those of like length are read side by side."""
        starts, lengths = texts.splits[:-1], texts.lengths
        found = np.zeros((len(lengths), len(self.encoder.labels)), "float32")
        for now in longest_first(lengths, TOKENS, _TEXTS):
            p = self._predict(*texts.inputs(places(starts[now], lengths[now])))
            found[now] = ops.convert_to_numpy(p)[: len(now)]
        return found

    def _by_label(self, p: np.ndarray) -> dict[str, float]:
        return dict(zip(self.encoder.labels, p.tolist(), strict=True))
