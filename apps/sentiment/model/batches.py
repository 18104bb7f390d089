"""The texts of a training set in batches."""

import numpy as np
import tensorflow as tf

from gated.runs.batches import ByLength

from ..config import Config
from .encoder import Encoder, LanguageModelEncoder, WordEncoder


class Batches(ByLength):
    """(what the model reads, classes) of texts of like length, in a new order every epoch."""

    def __init__(self, ids, classes: np.ndarray, config: Config):
        """Args: ids: ragged integers [n, (t)]. classes: integers [n]."""
        self.ids = ids.flat_values.numpy()
        self.splits = ids.row_splits.numpy()
        self.classes = classes
        super().__init__(np.diff(self.splits), config.batch_size, config.seed)

    def blurred(self, rng):
        return self.lengths * rng.uniform(0.9, 1.1, len(self.lengths))

    def __getitem__(self, i):
        texts = self.order[i]
        lengths = self.lengths[texts]
        length = max(1, self.length(i))
        places = self.splits[texts][:, None] + np.arange(length)
        places = np.where(np.arange(length) < lengths[:, None], places, -1)
        rng = np.random.default_rng([self.seed, self.epoch, i])
        return self.read(places, rng), self.classes[texts]

    def read(self, places, rng):
        """What the model reads: the tokens at places [n, t], none at -1."""
        return np.where(places >= 0, self.ids[places], 0)


class WordBatches(Batches):
    """Words, and characters of the unknown ones.

    Each rare word of the training set is read as an unknown one, by its characters, now and then,
    so that the model learns what to do with those (Lample et al. 2016, section 4.3).
    """

    def __init__(self, encoder: WordEncoder, tokens, classes: np.ndarray, config: Config):
        super().__init__(encoder.spelled.look_up(tokens), classes, config)
        rare = np.flatnonzero(self.ids >= encoder.spelled.words.first_rarer_than(2))
        spelled = encoder.spelled.spell(
            tf.RaggedTensor.from_row_lengths(tf.gather(tokens.flat_values, rare), [len(rare)])
        )
        # One more, that of the words that are not spelled.
        characters = spelled[0].to_tensor(shape=[len(rare), None]).numpy()
        self.characters = np.pad(characters, [(0, 1), (0, int(not characters.shape[1]))])
        self.spelled = np.full(len(self.ids), len(rare))
        self.spelled[rare] = np.arange(len(rare))
        self.share = config.rare_word_dropout

    def read(self, places, rng):
        words, none = super().read(places, rng), len(self.characters) - 1
        spelled = np.where(places >= 0, self.spelled[places], none)
        spelled[rng.random(words.shape) >= self.share] = none
        words[spelled < none] = 1
        return words, self.characters[spelled]


class LanguageModelBatches(Batches):
    """The tokens of a language model, `<EOS>` before the first."""

    def __init__(self, encoder: LanguageModelEncoder, tokens, classes, config: Config):
        super().__init__(encoder.graph.ids(tokens), classes, config)
        self.eos = encoder.codec.eos

    def read(self, places, rng):
        ids = super().read(places, rng)
        return (np.pad(ids, [(0, 0), (1, 0)], constant_values=self.eos),)


def batches(encoder: Encoder, tokens, classes: np.ndarray, config: Config) -> Batches:
    """The batches of ragged tokens [n, (t)] that the encoder's model is trained on."""
    if isinstance(encoder, WordEncoder):
        return WordBatches(encoder, tokens, classes, config)
    assert isinstance(encoder, LanguageModelEncoder)
    return LanguageModelBatches(encoder, tokens, classes, config)
