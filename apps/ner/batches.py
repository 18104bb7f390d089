"""The sentences of a training set in batches."""

import math
from collections import defaultdict

import keras
import numpy as np
import tensorflow as tf

from apps.ner.config import Config
from apps.ner.conll import Sentence
from apps.ner.encoder import Encoder
from apps.ner.schemes import spans, to_iobes


class Batches(keras.utils.PyDataset):
    """((words, characters, casing), tags) of sentences of like length, anew every epoch.

    Now and then an entity stands in place of another of its type, so that the model learns to know
    entities by what is around them too ("mention replacement", Dai and Adel 2020, section 3).
    """

    def __init__(self, encoder: Encoder, sentences: list[Sentence], config: Config):
        super().__init__()
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
        # Each sentence as its parts, places of tokens, and their types, "" outside entities.
        self.parts: list[list[tuple[str, np.ndarray]]] = []
        self.entities: dict[str, list[np.ndarray]] = defaultdict(list)
        start = 0
        for sentence in sentences:
            self.parts.append(list(_parts(sentence, start)))
            start += len(sentence.tokens)
            for type_, places in self.parts[-1]:
                self.entities[type_].append(places)
        self.batch_size = config.batch_size
        self.share = config.mention_replacement
        self.seed, self.epoch = config.seed, 0
        self._order()

    def _order(self):
        rng = np.random.default_rng([self.seed, self.epoch])
        self.places = [
            np.concatenate([self._drawn(type_, places, rng) for type_, places in parts])
            for parts in self.parts
        ]
        self.lengths = np.array([len(places) for places in self.places])
        by_length = np.argsort(self.lengths + rng.uniform(0, 3, len(self.lengths)))
        batches = np.array_split(by_length, len(self))
        self.order = [batches[i] for i in rng.permutation(len(self))]

    def _drawn(self, type_, places, rng):
        if not type_ or rng.random() >= self.share:
            return places
        return self.entities[type_][rng.integers(len(self.entities[type_]))]

    def __len__(self):
        return math.ceil(len(self.parts) / self.batch_size)

    def on_epoch_end(self):
        self.epoch += 1
        self._order()

    def __getitem__(self, i):
        chosen = self.order[i]
        # Keras takes a size that the first two batches share for that of all; so they share none.
        length = self.lengths[chosen].max() if i else 1 + self.lengths.max()
        places = np.full((len(chosen), length), -1)
        for row, sentence in zip(places, chosen, strict=True):
            row[: self.lengths[sentence]] = self.places[sentence]
        characters = self.characters[places]
        longest = np.count_nonzero(characters, axis=-1).max() if i else characters.shape[-1]
        return (
            (self.words[places], characters[..., :longest], self.casing[places]),
            self.tags[places],
        )


def _parts(sentence: Sentence, start: int):
    """The entities of a sentence and what is between them: types, and places from `start` on."""
    last = 0
    for span in spans(sentence.tags):
        if last < span.start:
            yield "", np.arange(start + last, start + span.start)
        yield span.type, np.arange(start + span.start, start + span.end)
        last = span.end
    if last < len(sentence.tokens):
        yield "", np.arange(start + last, start + len(sentence.tokens))
