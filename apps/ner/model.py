"""The tagger's network."""

import math

import keras
from keras import layers, ops

from apps.ner.config import Config
from apps.ner.encoder import Encoder
from gated.layers import GRU, LSTM, Bidirectional, Deep, RareWordDropout, SimpleRNN

# Of English words, nine in ten have no more characters.
SHORT_WORD = 9


def build_model(encoder: Encoder, config: Config) -> keras.Model:
    """Words and characters in, probabilities of the tags out.

        e⟨t⟩ = [embedding of word t ; last states of a bidirectional layer over its characters]
        a⟨t⟩ = deep bidirectional layers over e⟨1⟩ ... e⟨T_x⟩
        ŷ⟨t⟩ = softmax(W a⟨t⟩ + b)                                        T_y = T_x

    Lample et al. 2016, section 4, without its CRF.

    Inputs: `words` [b, t] and `characters` [b, t, c], integer ids, 0 for padding.
    Output: [b, t, tags].
    """
    words = keras.Input((None,), dtype="int32", name="words")
    characters = keras.Input((None, None), dtype="int32", name="characters")

    # A word seen once has the first id whose count is below 2.
    rare = RareWordDropout(encoder.words.first_rarer_than(2), config.rare_word_dropout)
    embedding = layers.Embedding(
        len(encoder.words),
        config.word_size,
        embeddings_initializer=_unit_length(config.word_size),
        mask_zero=True,
        name="word_vectors",
    )
    spelling = Spelling(
        len(encoder.characters), config.character_size, config.character_units, name="spelling"
    )
    x = layers.Concatenate()([embedding(rare(words)), spelling(characters)])
    x = layers.Dropout(config.dropout)(x)
    x = Deep(
        Bidirectional(_recurrent(config)), config.depth, dropout=config.dropout, name="context"
    )(x)
    x = layers.Dropout(config.dropout)(x)
    tags = layers.Dense(len(encoder.tags), activation="softmax", dtype="float32", name="tags")(x)
    return keras.Model([words, characters], tags, name="ner")


def best_tags(output):
    """The ids of the tags [b, t] that the model's output speaks for."""
    return ops.argmax(output, axis=-1)


def _unit_length(size: int):
    """Vectors of length 1 or so at first (Ma and Hovy 2016, section 3.1); Keras's are shorter."""
    limit = math.sqrt(3 / size)
    return keras.initializers.RandomUniform(-limit, limit)


def _recurrent(config: Config):
    if config.layer == "lstm":
        return LSTM(config.units, peepholes=config.peepholes, return_sequences=True)
    layer = {"gru": GRU, "simple-rnn": SimpleRNN}[config.layer]
    return layer(config.units, return_sequences=True)


@keras.saving.register_keras_serializable("ner")
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
            characters, size, embeddings_initializer=_unit_length(size)
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
