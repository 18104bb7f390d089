"""The sentences of a training set in batches."""

from collections.abc import Sequence
from itertools import chain

import numpy as np

from gated.reading.stored import Numbers
from gated.training.batches import ByLength, places

from ..config import Config
from ..reading.conll import Sentence
from ..reading.schemes import to_iobes
from .encoder import Encoded, Encoder

_TOKENS = 2**16  # of a batch


class Batches(ByLength):
    """((words, characters, casing), tags) of sentences of like length, anew every epoch."""

    def __init__(self, encoder: Encoder, sentences: Sequence[Sentence], config: Config):
        tokens = (one for sentence in sentences for one in sentence.tokens)
        self.encoded = Encoded(encoder, tokens, config.run)
        place = {tag: i for i, tag in enumerate(encoder.tags)}
        tags = (place[tag] for sentence in sentences for tag in to_iobes(sentence.tags))
        self.tags = Numbers(config.run, chain(tags, [0]))  # the last is padding
        lengths = np.array([len(sentence.tokens) for sentence in sentences])
        self.starts = np.cumsum(lengths) - lengths
        super().__init__(lengths, config.batch_size, config.seed, _TOKENS)

    def __getitem__(self, i):
        chosen = self.order[i]
        here = places(self.starts[chosen], self.lengths[chosen], self.length(i))
        # The widths of the first two batches differ, as their lengths do, for the sake of Keras.
        return tuple(self.encoded.inputs(here, whole=i == 0)), self.tags[here]
