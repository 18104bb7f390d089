"""The sentences of a training set in batches."""

from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from gated.runs.batches import ByLength

from ..config import Config
from ..reading.conll import Sentence
from ..reading.schemes import to_iobes
from .encoder import Encoder

_TOKENS = 2**16  # of a batch


class Batches(ByLength):
    """((words, characters, casing), tags) of sentences of like length, anew every epoch."""

    def __init__(self, encoder: Encoder, sentences: Sequence[Sentence], config: Config):
        flat = [token for sentence in sentences for token in sentence.tokens]
        tokens = tf.RaggedTensor.from_row_lengths(flat, [len(flat)])
        words, characters, casing = (array[0].numpy() for array in encoder.inputs(tokens))
        place = {tag: i for i, tag in enumerate(encoder.tags)}
        tags = [place[tag] for sentence in sentences for tag in to_iobes(sentence.tags)]
        # The last word, and of each word the last character, is padding.
        self.words, self.casing, self.tags = (
            np.append(np.asarray(one, "int32"), 0) for one in (words, casing, tags)
        )
        self.characters = np.pad(characters, [(0, 1), (0, 1)])
        lengths = np.array([len(sentence.tokens) for sentence in sentences])
        self.starts = np.cumsum(lengths) - lengths
        super().__init__(lengths, config.batch_size, config.seed, _TOKENS)

    def __getitem__(self, i):
        chosen = self.order[i]
        lengths = self.lengths[chosen]
        steps = np.arange(self.length(i))
        places = np.where(steps < lengths[:, None], self.starts[chosen][:, None] + steps, -1)
        characters = self.characters[places]
        # As `length` does, for the sake of Keras.
        longest = np.count_nonzero(characters, axis=-1).max() if i else characters.shape[-1]
        return (
            (self.words[places], characters[..., :longest], self.casing[places]),
            self.tags[places],
        )
