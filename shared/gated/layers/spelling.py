"""Vectors of words from their characters."""

import keras
from keras import layers, ops

from gated.layers.bidirectional import Bidirectional
from gated.layers.lstm import LSTM

# Of English words, nine in ten have no more characters.
SHORT_WORD = 9


@keras.saving.register_keras_serializable("gated")
class Spelling(layers.Layer):
    """A vector for each word from its characters, so that unseen words have one too.

        s = [last state of an LSTM over the characters ; the same from the end]

    Args:
        characters: size of the vocabulary.
        size: length of a character's vector.
        units: width of each direction.

    Call arguments:
        ids: integers [b, t, c], 0 for padding.

    Returns:
        [b, t, 2 units]; zeros for a word of padding.
    """

    def __init__(self, characters, size, units, **kwargs):
        super().__init__(**kwargs)
        self.characters, self.size, self.units = characters, size, units
        self.embedding = layers.Embedding(
            characters, size, embeddings_initializer=unit_length(size)
        )
        self.reader = Bidirectional(LSTM(units))
        self.supports_masking = True
        self.supports_jit = False  # how many words there are is known only when they are read

    def build(self, ids_shape):
        self.embedding.build()
        self.reader.build((None, None, self.size))

    def call(self, ids):
        shape = ops.shape(ids)
        ids = ops.reshape(ids, (-1, shape[2]))
        lengths = ops.sum(ops.cast(ids != 0, "int32"), axis=1)
        # The padding between words is not read, and most of that after their characters is not
        # either, because the many short words are read apart from the few long ones.
        last = 0
        for above, longest in ((0, SHORT_WORD), (SHORT_WORD, None)):
            chosen = lengths > above
            if longest:
                chosen &= lengths <= longest
            (places,) = ops.nonzero(chosen)
            words = ops.take(ids[:, :longest], places, axis=0)
            read = self.reader(self.embedding(words), mask=words != 0)
            last += ops.scatter(places[:, None], read, (ops.shape(ids)[0], 2 * self.units))
        return ops.reshape(last, (*shape[:2], 2 * self.units))

    def compute_mask(self, ids, mask=None):
        # Concatenate lets a step count if it counts in any of its inputs, and always in one
        # without a mask.
        return ops.any(ids != 0, axis=-1)

    def compute_output_shape(self, ids_shape):
        return (*ids_shape[:2], 2 * self.units)

    def get_config(self):
        own = {"characters": self.characters, "size": self.size, "units": self.units}
        return {**super().get_config(), **own}


def unit_length(size):
    """Vectors of length 1 or so at first (Ma and Hovy 2016, section 3.1); Keras's are shorter."""
    limit = (3 / size) ** 0.5
    return keras.initializers.RandomUniform(-limit, limit)
