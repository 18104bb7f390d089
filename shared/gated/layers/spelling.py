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
        at_once: read short words and long ones alike, in a graph of operations that depends on no
            word. That takes longer; ONNX and LiteRT need it. On JAX, which compiles for sizes that
            are known, it is always so, but for the loop.

    Call arguments:
        ids: integers [b, t, c], 0 for padding. With `at_once` c must be known.

    Returns:
        [b, t, 2 units]; zeros for a word of padding.
    """

    def __init__(self, characters, size, units, at_once=False, **kwargs):
        super().__init__(**kwargs)
        self.characters, self.size, self.units = characters, size, units
        self.at_once = at_once
        self.embedding = layers.Embedding(
            characters, size, embeddings_initializer=unit_length(size), dtype=self.dtype_policy
        )
        lstm = LSTM(units, unroll=at_once, dtype=self.dtype_policy)
        self.reader = Bidirectional(lstm, dtype=self.dtype_policy)
        self.supports_masking = True
        # How many short words there are is known only when they are read.
        self.supports_jit = at_once or _knows_all_sizes()

    def build(self, ids_shape):
        self.embedding.build()
        self.reader.build((None, None, self.size))

    def call(self, ids):
        shape = ops.shape(ids)
        ids = ops.reshape(ids, (-1, shape[2]))
        alike = self.at_once or _knows_all_sizes()
        last = self._read(ids) if alike else self._read_by_length(ids)
        return ops.reshape(last, (*shape[:2], 2 * self.units))

    def _read(self, ids):
        return self.reader(self.embedding(ids), mask=ids != 0)

    def _read_by_length(self, ids):
        ids, places_of_all = _distinct(ids)
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
            read = self._read(words)
            last += ops.scatter(places[:, None], read, (ops.shape(ids)[0], 2 * self.units))
        return last if places_of_all is None else ops.take(last, places_of_all, axis=0)

    def compute_mask(self, ids, mask=None):
        # Concatenate lets a step count if it counts in any of its inputs, and always in one
        # without a mask.
        return ops.any(ids != 0, axis=-1)

    def compute_output_shape(self, ids_shape):
        return (*ids_shape[:2], 2 * self.units)

    def get_config(self):
        own = {name: getattr(self, name) for name in ("characters", "size", "units", "at_once")}
        return {**super().get_config(), **own}


def _knows_all_sizes():
    return keras.backend.backend() == "jax"


def _distinct(ids):
    """The different rows of integers [n, c], and which of them each row is.

    Of the words of a batch of sentences a quarter or so. Where the backend does not know, all rows,
    and None.
    """
    if keras.backend.backend() != "tensorflow":
        return ids, None
    import tensorflow as tf

    with tf.device("CPU:0"):  # a GPU does not know it
        rows, places = tf.raw_ops.UniqueV2(x=ids, axis=[0])
    return tf.ensure_shape(rows, (None, ids.shape[1])), places


def unit_length(size):
    """Vectors of length 1 or so at first (Ma and Hovy 2016, section 3.1); Keras's are shorter."""
    limit = (3 / size) ** 0.5
    return keras.initializers.RandomUniform(-limit, limit)
