"""Recordings as samples, in batches."""

from collections.abc import Sequence

import keras
import numpy as np

from gated.compiling import few
from gated.training.batches import ByLength

from ..config import Config
from ..reading.audio import samples
from ..reading.utterance import Utterance
from .tokens import Tokens


class Batches(ByLength):
    """((samples, lengths), tokens) of recordings of like length, anew every epoch.

    Every recording is played faster or slower, and louder or softer, than it is.
    """

    def __init__(self, utterances: Sequence[Utterance], tokens: Tokens, config: Config):
        self.utterances, self.config = utterances, config
        seconds = np.array([one.seconds for one in utterances])
        self.texts = [tokens.ids(one.text) for one in utterances]
        # Samples at the slowest.
        lengths = np.ceil(seconds * config.rate / (1 - config.speed) + 2).astype(int)
        most = max(int(config.batch_seconds * config.rate), lengths.max())
        super().__init__(lengths, config.batch_size, config.seed, most)

    def blurred(self, rng):
        return self.lengths * rng.uniform(0.9, 1.1, len(self.lengths))

    def __getitem__(self, i):
        rng = np.random.default_rng([self.config.seed, 1 + self.epoch, i])
        recordings = [self._play(self.utterances[which], rng) for which in self.order[i]]
        # The length that ByLength says is that of all at their slowest.
        size = self.length(i) if i == 0 else None
        labels = [self.texts[which] for which in self.order[i]]
        return padded(recordings, size), _rows(labels, few(max(map(len, labels))))

    def _play(self, utterance: Utterance, rng: np.random.Generator) -> np.ndarray:
        speed = rng.choice([1 - self.config.speed, 1, 1 + self.config.speed])
        gain = 10 ** (rng.uniform(-self.config.volume, self.config.volume) / 20)
        # Fewer samples a second, played as if they were as many as ever, are faster.
        return samples(utterance, round(self.config.rate / speed)) * np.float32(gain)


def padded(recordings: Sequence[np.ndarray], size: int | None = None) -> tuple[np.ndarray, ...]:
    """Samples, float32 [b, n], 0 for padding, and how many each recording has, int32 [b]."""
    lengths = np.array([len(one) for one in recordings], "int32")
    size = size or lengths.max(initial=1)
    if keras.backend.backend() == "jax":
        size = few(size)
    rows = np.zeros((len(recordings), size), "float32")
    for row, one in zip(rows, recordings, strict=True):
        row[: len(one)] = one
    return rows, lengths


def _rows(texts: Sequence[np.ndarray], size: int) -> np.ndarray:
    rows = np.zeros((len(texts), size), "int32")
    for row, ids in zip(rows, texts, strict=True):
        row[: len(ids)] = ids
    return rows
