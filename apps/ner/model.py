"""The tagger's network."""

import keras
from keras import layers, ops

from apps.ner.config import Config
from apps.ner.encoder import Encoder
from gated.layers import GRU, LSTM, Bidirectional, Deep, RareWordDropout, SimpleRNN, Spelling
from gated.layers.spelling import unit_length


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
        embeddings_initializer=unit_length(config.word_size),
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


def _recurrent(config: Config):
    if config.layer == "lstm":
        return LSTM(config.units, peepholes=config.peepholes, return_sequences=True)
    layer = {"gru": GRU, "simple-rnn": SimpleRNN}[config.layer]
    return layer(config.units, return_sequences=True)
