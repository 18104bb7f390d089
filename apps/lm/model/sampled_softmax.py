"""The softmax over a sample of a large vocabulary, for training."""

import keras
import numpy as np
from keras import ops


class Candidates:
    """Draws tokens of a vocabulary, frequent ones likelier, a fixed number without repetition.

    Each token comes with the probability π = min(1, λ count^0.75), λ such that they sum to the
    number. Systematic sampling (Madow 1949), over the tokens in a random order.
    """

    def __init__(self, counts: np.ndarray, number: int):
        weights = np.maximum(counts, 1) ** 0.75
        certain = np.zeros(len(counts), bool)
        while True:
            share = (number - certain.sum()) / weights[~certain].sum()
            more = ~certain & (share * weights >= 1)
            if not more.any():
                break
            certain |= more
        self.number = number
        self.inclusion = np.where(certain, 1.0, share * weights)
        self.log_inclusion = np.log(self.inclusion).astype("float32")

    def draw(self, rng: np.random.Generator) -> np.ndarray:
        """int32 [number], in no order."""
        order = rng.permutation(len(self.inclusion))
        sums = np.cumsum(self.inclusion[order])
        # Rounding may leave the last sum under the last place.
        places = np.searchsorted(sums, rng.random() + np.arange(self.number), side="right")
        return order[np.minimum(places, len(order) - 1)].astype("int32")


def sampled_logits(output, vectors, targets, candidates, log_inclusion):
    """Logits of each step's own target, the first, and of the candidates.

        z = a⟨t⟩ · E[token] - log π(token)

    The softmax of these is P of the token that the text has, given that it is one of them: what it
    learns are the logits of the whole vocabulary. Jean et al. 2015, "On using very large target
    vocabulary for neural machine translation", section 3.

    Args:
        output: a⟨t⟩, [b, t, n_a].
        vectors: E, [tokens, n_a].
        targets: ids [b, t].
        candidates: ids [n], as `Candidates` draws them.
        log_inclusion: log π of every token, [tokens].

    Returns:
        float32 [b, t, 1 + n].
    """
    output, vectors = (ops.cast(one, "float32") for one in (output, vectors))
    # A product, because its gradient is dense: of that of a gather Keras's optimizers square the
    # parts of a token that comes twice each for itself.
    vectors = ops.multiply(vectors, 1.0)
    own = ops.sum(output * ops.take(vectors, targets, axis=0), axis=-1, keepdims=True)
    own = own - ops.take(log_inclusion, targets)[..., None]
    others = ops.matmul(output, ops.transpose(ops.take(vectors, candidates, axis=0)))
    others = others - ops.take(log_inclusion, candidates)
    others = ops.where(ops.equal(targets[..., None], candidates), -1e9, others)
    return ops.concatenate([own, others], axis=-1)


class WithCandidates(keras.utils.PyDataset):
    """A data set of a language model, x and y, as ((x, y, candidates), place of y).

    The candidates are one row, because several devices cut arrays by their rows. The place of each
    target among its logits is 0.
    """

    def __init__(self, data: keras.utils.PyDataset, candidates: Candidates, seed: int):
        super().__init__()
        self.data, self.candidates = data, candidates
        self.seed, self.epoch = seed, 0

    def __len__(self):
        return len(self.data)

    def on_epoch_end(self):
        self.epoch += 1
        self.data.on_epoch_end()

    def __getitem__(self, i):
        x, y, *weights = self.data[i]
        rng = np.random.default_rng([self.seed, self.epoch, i])
        return (x, y, self.candidates.draw(rng)[None]), np.zeros_like(y), *weights
