"""Training examples in batches."""

import math

import keras
import numpy as np


class ByLength(keras.utils.PyDataset):
    """Examples of like length side by side, so that little is padded, in a new order every epoch.

    A subclass gives batch `i`, of the examples `order[i]`; it depends on the epoch alone, as
    `gated.runs.progress` needs it.
    """

    def __init__(self, lengths: np.ndarray, batch_size: int, seed: int):
        """Args: lengths: of the examples, [n]."""
        super().__init__()
        self.lengths = np.asarray(lengths)
        self.batch_size = batch_size
        self.seed, self.epoch = seed, 0
        self._order()

    def blurred(self, rng: np.random.Generator) -> np.ndarray:
        """The lengths, changed a little, so that not the same examples are always together."""
        return self.lengths + rng.uniform(0, 3, len(self.lengths))

    def _order(self):
        rng = np.random.default_rng([self.seed, self.epoch])
        batches = np.array_split(np.argsort(self.blurred(rng)), len(self))
        self.order = [batches[i] for i in rng.permutation(len(self))]

    def __len__(self):
        return math.ceil(len(self.lengths) / self.batch_size)

    def on_epoch_end(self):
        self.epoch += 1
        self._order()
