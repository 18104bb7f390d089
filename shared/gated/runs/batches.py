"""Training examples in batches."""

import math

import keras
import numpy as np


class Remaining(keras.utils.PyDataset):
    """A data set of which the first batches of the first epoch are not needed.

    In their place are the first two again: Keras sees the shapes that it would see otherwise.
    """

    def __init__(self, data: keras.utils.PyDataset, first: int):
        """Args: first: how many are not needed."""
        super().__init__()
        self.data, self.first = data, first

    def __len__(self):
        return len(self.data)

    def __getitem__(self, i):
        return self.data[i if i >= self.first else min(i, 1)]

    def on_epoch_end(self):
        self.first = 0
        self.data.on_epoch_end()


class ByLength(keras.utils.PyDataset):
    """Examples of like length side by side, so that little is padded, in a new order every epoch.

    A subclass gives batch `i`, of the examples `order[i]`; it depends on the epoch alone, as
    `gated.runs.fitting` needs it.
    """

    def __init__(self, lengths: np.ndarray, batch_size: int, seed: int, tokens: int | None = None):
        """Begins with the first epoch.

        Args:
            lengths: of the examples, [n].
            batch_size: examples of a batch.
            seed: of the order.
            tokens: the most that a batch may hold, padding among them; of long examples there are
                fewer to a batch. An example may not be longer. None: any number.
        """
        super().__init__()
        self.lengths = np.asarray(lengths)
        self.tokens = tokens
        self.sizes = [
            len(part)
            for batch in np.array_split(np.sort(lengths), math.ceil(len(lengths) / batch_size))
            for part in np.array_split(batch, self._pieces(len(batch), batch[-1]))
        ]
        self.seed, self.epoch = seed, 0
        self._order()

    def _pieces(self, examples: int, longest: int) -> int:
        """In how many a batch is to be cut."""
        if not self.tokens or examples * longest <= self.tokens:
            return 1
        return math.ceil(examples / max(1, self.tokens // longest))

    def length(self, i: int) -> int:
        """To how many steps batch `i` is padded."""
        longest = self.lengths[self.order[i]].max()
        # Keras takes a length that the first two batches share for that of all; so they share none.
        if i:
            return longest
        most = 1 + self.lengths.max()
        if self._pieces(len(self.order[0]), most) == 1:
            return most
        return longest + (len(self) > 1 and longest == self.length(1))

    def blurred(self, rng: np.random.Generator) -> np.ndarray:
        """The lengths, changed a little, so that not the same examples are always together."""
        return self.lengths + rng.uniform(0, 3, len(self.lengths))

    def _order(self):
        rng = np.random.default_rng([self.seed, self.epoch])
        batches = np.split(np.argsort(self.blurred(rng)), np.cumsum(self.sizes)[:-1])
        self.order = [batches[i] for i in rng.permutation(len(self))]

    def __len__(self):
        return len(self.sizes)

    def on_epoch_end(self):
        self.epoch += 1
        self._order()
