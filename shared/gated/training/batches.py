"""Examples in batches."""

import math
from collections.abc import Iterator

import keras
import numpy as np

from gated.compiling import few


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
    `gated.training.fitting` needs it.
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
        """To how many steps batch `i` is padded; on JAX these may be more than `tokens`."""
        longest = self.lengths[self.order[i]].max()
        if keras.backend.backend() == "jax":
            return few(longest)
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


def longest_first(lengths: np.ndarray, tokens: int, most: int | None = None) -> Iterator:
    """The numbers of examples that are read side by side, the longest first.

    Args:
        lengths: of the examples, [n].
        tokens: that are read at once, padding among them; an example at least.
        most: examples that are read at once. None: any number.
    """
    order = np.argsort(-lengths, kind="stable")
    while len(order):
        count = max(1, tokens // max(1, lengths[order[0]]))
        now, order = np.split(order, [min(count, most or count)])
        yield now


def places(starts: np.ndarray, lengths: np.ndarray, steps: int | None = None) -> np.ndarray:
    """The places of the steps of examples that lie one after the other, -1 for padding, [b, steps].

    Args:
        starts: the places of the first steps, [b].
        lengths: of the examples, [b].
        steps: to how many to pad. None: to as many as prediction needs, and on JAX with rows of
            padding after the last, so that there are few sizes.
    """
    rows = len(lengths)
    if steps is None:
        steps, rows = few(max(1, lengths.max(initial=0))), few(rows)
    found = np.full((rows, steps), -1)
    here = np.arange(steps) < lengths[:, None]
    found[: len(lengths)][here] = (starts[:, None] + np.arange(steps))[here]
    return found
