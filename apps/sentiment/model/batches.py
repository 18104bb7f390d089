"""The texts of a training set in batches."""

import numpy as np

from gated.training.batches import ByLength, places

from ..config import Config
from .encoder import Encoded


class Batches(ByLength):
    """(what the model reads, classes) of texts of like length, in a new order every epoch.

    Each rare word of the training set is read as an unknown one, by its characters, now and then,
    so that the model learns what to do with those (Lample et al. 2016, section 4.3).
    """

    def __init__(self, texts: Encoded, classes: np.ndarray, config: Config):
        """Args: classes: of the texts, integers [n]."""
        self.texts, self.classes = texts, classes
        self.share = config.rare_word_dropout
        super().__init__(texts.lengths, config.batch_size, config.seed)

    def blurred(self, rng):
        return self.lengths * rng.uniform(0.9, 1.1, len(self.lengths))

    def __getitem__(self, i):
        chosen = self.order[i]
        length = max(1, self.length(i))
        here = places(self.texts.splits[chosen], self.lengths[chosen], length)
        rng = np.random.default_rng([self.seed, self.epoch, i])
        rare = rng.random(here.shape) < self.share
        return tuple(self.texts.inputs(here, rare)), self.classes[chosen]
