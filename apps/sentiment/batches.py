"""The texts of a training set in batches."""

import math

import keras
import numpy as np
import tensorflow as tf

from apps.sentiment.config import Config
from apps.sentiment.encoder import Encoder


class Batches(keras.utils.PyDataset):
    """((words, characters), classes) of texts of like length, in a new order every epoch.

    Each rare word of the training set is read as an unknown one, by its characters, now and then,
    so that the model learns what to do with those (Lample et al. 2016, section 4.3).
    """

    def __init__(self, encoder: Encoder, tokens, classes: np.ndarray, config: Config):
        """Args: tokens: ragged strings [n, (t)]. classes: integers [n]."""
        super().__init__()
        words = encoder.spelled.look_up(tokens)
        self.words = words.flat_values.numpy()
        self.splits = words.row_splits.numpy()
        self.classes = classes
        self.first_rare = encoder.spelled.words.first_rarer_than(2)
        rare = np.flatnonzero(self._is_rare(self.words))
        spelled = encoder.spelled.spell(
            tf.RaggedTensor.from_row_lengths(tf.gather(tokens.flat_values, rare), [len(rare)])
        )
        self.characters = spelled[0].to_tensor(shape=[len(rare), None]).numpy()
        # Of each token, its row among the characters, or -1.
        self.spelled = np.full(len(self.words), -1)
        self.spelled[rare] = np.arange(len(rare))
        self.batch_size, self.share = config.batch_size, config.rare_word_dropout
        self.seed, self.epoch = config.seed, 0
        self._order()

    def _is_rare(self, words):
        return (words == 1) | (words >= self.first_rare)

    def _order(self):
        rng = np.random.default_rng([self.seed, self.epoch])
        lengths = np.diff(self.splits)
        by_length = np.argsort(lengths * rng.uniform(0.9, 1.1, len(lengths)))
        batches = np.array_split(by_length, len(self))
        self.order = [batches[i] for i in rng.permutation(len(self))]

    def __len__(self):
        return math.ceil(len(self.classes) / self.batch_size)

    def on_epoch_end(self):
        self.epoch += 1
        self._order()

    def __getitem__(self, i):
        rng = np.random.default_rng([self.seed, self.epoch, i])
        texts = self.order[i]
        lengths = self.splits[texts + 1] - self.splits[texts]
        # Keras takes a length that the first two batches share for that of all; so they share none.
        length = max(1, lengths.max()) if i else 1 + np.diff(self.splits).max()
        places = self.splits[texts][:, None] + np.arange(length)
        read = np.arange(length) < lengths[:, None]
        places = np.where(read, places, 0)
        words = np.where(read, self.words[places], 0)
        spelled = np.where(read, self.spelled[places], -1)
        spelled[(words != 1) & (rng.random(words.shape) >= self.share)] = -1
        words[spelled >= 0] = 1
        characters = np.zeros((*words.shape, max(1, self.characters.shape[-1])), "int32")
        found = spelled >= 0
        characters[found, : self.characters.shape[-1]] = self.characters[spelled[found]]
        return (words, characters), self.classes[texts]
