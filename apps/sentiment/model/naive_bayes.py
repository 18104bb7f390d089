"""A second opinion of the class of a text, by its words and pairs of words alone."""

from itertools import pairwise

import keras
import numpy as np
from keras import layers, ops

from gated.training.network import computing_in

from .batches import Batches
from .encoder import Encoded

_MOST = 2**22  # words and pairs that are known
_TOKENS = 2**20  # of texts that are counted at once


@keras.saving.register_keras_serializable("gated.sentiment")
class NaiveBayes(layers.Layer):
    """The geometric mean of the probabilities of a network and those of naive Bayes.

        ŷ(class) ∝ √(p(class) P(class) exp(s(class) / √m))
        s(class) = Σ log P(g | class) over the m words and pairs of neighbours g of the text that
                   the training texts have

    By the root of m, for they are not as independent as they are taken for. Wang and Manning 2012,
    "Baselines and bigrams: simple, good sentiment and topic classification".

    In training the network is alone: of these very texts naive Bayes knows the classes already,
    and would leave it nothing to learn.

    Args:
        count: how many different words and pairs the training texts have; of more than four
            million those are known that are the most frequent.
    """

    def __init__(self, count: int, **kwargs):
        super().__init__(**kwargs)
        self.count = count

    @classmethod
    def of(cls, texts: Encoded, labels: np.ndarray, classes: int):
        """That of training texts.

        Args:
            texts: their words.
            labels: the class of each, [n].
            classes: how many there are.
        """
        keys, counts = _counts(texts, labels, classes)
        p = counts + 1.0
        logs = np.log(p / p.sum(axis=0))
        prior = np.log(np.bincount(labels, minlength=classes) / len(labels))
        layer = cls(len(keys), name="naive_bayes", dtype="float32")
        layer.build([(None, classes), (None, None)])
        keys = np.stack(np.divmod(keys, 2**31), axis=1)
        layer.set_weights([keys, logs - logs.mean(axis=1, keepdims=True), prior])
        return layer

    def build(self, input_shape):
        fixed = {"initializer": "zeros", "trainable": False}
        # As `_grams` gives them, sorted. One number each would be too large for JAX.
        self.keys = self.add_weight((self.count, 2), dtype="int32", name="keys", **fixed)
        self.logs = self.add_weight((self.count, input_shape[0][-1]), name="logs", **fixed)
        self.prior = self.add_weight((input_shape[0][-1],), name="prior", **fixed)

    def call(self, inputs, training=False):
        """Args: inputs: probabilities [b, classes] and ids [b, t]. Returns: [b, classes]."""
        p, words = inputs
        if training or not self.count:
            return p
        grams = _grams(words)
        places = self._search(grams)
        first, second = self._keys_at(places)
        known = ops.cast(ops.equal(first, grams[0]) & ops.equal(second, grams[1]), p.dtype)
        s = ops.einsum("bg,bgc->bc", known, ops.take(self.logs, places, axis=0))
        m = ops.maximum(ops.sum(known, axis=1, keepdims=True), 1)
        return ops.softmax((ops.log(ops.maximum(p, 1e-30)) + self.prior + s / ops.sqrt(m)) / 2)

    def _search(self, grams):
        """The place of the first key that is not less than a gram, or of the last, [b, 2 t]."""
        first, second = grams
        low = ops.zeros_like(first)
        high = low + (self.count - 1)
        for _ in range(self.count.bit_length()):
            middle = (low + high) // 2
            a, b = self._keys_at(middle)
            less = (a < first) | (ops.equal(a, first) & (b < second))
            low = ops.where(less & (low < high), middle + 1, low)
            high = ops.where(less, high, middle)
        return low

    def _keys_at(self, places):
        # Rows, for a column would be a copy of millions of numbers at each look.
        found = ops.take(self.keys, places, axis=0)
        return found[..., 0], found[..., 1]

    def compute_output_shape(self, input_shape):
        return input_shape[0]

    def get_config(self):
        return {**super().get_config(), "count": self.count}


def with_naive_bayes(network: keras.Model, training: Batches) -> keras.Model:
    """A network that reads ids of words first, beside naive Bayes of its training texts."""
    bayes = NaiveBayes.of(training.texts, training.classes, network.output_shape[-1])
    found = bayes([network.output, network.inputs[0]])
    # The policy of the model, not of its layers, decides whether the loss is scaled.
    with computing_in(network.dtype_policy.name):
        return keras.Model(network.inputs, found, name=network.name)


def _counts(texts: Encoded, labels: np.ndarray, classes: int) -> tuple[np.ndarray, np.ndarray]:
    """Words and pairs, one number each, sorted, [g], and how often each class has them.

    Of more than `_MOST` the most frequent. Some texts at a time are in memory.
    """
    known = [(np.empty(0, "int64"), np.empty((0, classes), int))]
    parts = np.searchsorted(texts.splits, np.arange(0, texts.splits[-1], _TOKENS))
    for first, last in pairwise(np.unique([*parts, len(labels)])):
        splits = texts.splits[first : last + 1]
        # One row, with padding after each text, so that no pair spans two.
        row = np.insert(texts.ids(slice(splits[0], splits[-1])), splits[1:] - splits[0], 0)
        found = np.tile(np.repeat(labels[first:last], np.diff(splits) + 1), 2)
        a, b = (ops.convert_to_numpy(one)[0].astype("int64") for one in _grams(row[None]))
        there = b > 0
        new, places = np.unique((a * 2**31 + b)[there], return_inverse=True)
        more = np.bincount(places * classes + found[there], minlength=len(new) * classes)
        known.append((new, more.reshape(-1, classes)))
        # Always to all that is known, what is new would be added in quadratic time.
        while len(known) > 1 and len(known[-2][0]) < 2 * len(known[-1][0]):
            known.append(_together(known.pop(), known.pop()))
    while len(known) > 1:
        known.append(_together(known.pop(), known.pop()))
    return _most_frequent(*known[0], _MOST)


def _together(one: tuple[np.ndarray, np.ndarray], other: tuple[np.ndarray, np.ndarray]):
    keys = np.union1d(one[0], other[0])
    counts = np.zeros((len(keys), one[1].shape[1]), int)
    for some, theirs in (one, other):
        counts[np.searchsorted(keys, some)] += theirs
    return _most_frequent(keys, counts, 2 * _MOST)


def _most_frequent(
    keys: np.ndarray, counts: np.ndarray, most: int
) -> tuple[np.ndarray, np.ndarray]:
    if len(keys) <= most:
        return keys, counts
    kept = np.sort(np.argsort(-counts.sum(axis=1), kind="stable")[:most])
    return keys[kept], counts[kept]


def _grams(words):
    """The words of ids [b, t] and the pairs of neighbours, as two ids each, int32 [b, 2 t].

    The first of a word is 0; both are for padding and unknown words, and for pairs with such.
    """
    words = ops.cast(words, "int32")
    words = ops.where(words > 1, words, 0)
    following = ops.pad(words[:, 1:], [[0, 0], [0, 1]])
    pair = (words > 0) & (following > 0)
    first = ops.concatenate([ops.zeros_like(words), ops.where(pair, words, 0)], axis=1)
    return first, ops.concatenate([words, ops.where(pair, following, 0)], axis=1)
