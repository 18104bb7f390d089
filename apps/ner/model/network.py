"""The tagger's network."""

import keras
from keras import layers, ops

from gated.layers import (
    CRF,
    Bidirectional,
    Deep,
    EmbeddingDropout,
    RareWordDropout,
    Spelling,
)
from gated.layers.spelling import unit_length
from gated.text.casing import PATTERNS
from gated.training.network import recurrent_layer

from ..config import Config
from .encoder import Encoder


def build_model(encoder: Encoder, config: Config) -> keras.Model:
    """Words, characters and letter-case patterns in, scores of the tags out.

        e⟨t⟩ = [embedding of word t ; last states of a bidirectional layer over its characters ;
                embedding of its letter-case pattern]
        a⟨t⟩ = deep bidirectional layers over e⟨1⟩ ... e⟨T_x⟩
        s⟨t⟩ = W a⟨t⟩ + b
        ŷ    = argmax_y P(y), a conditional random field over s⟨1⟩ ... s⟨T_x⟩        T_y = T_x

    Lample et al. 2016, sections 2 and 4; Collobert et al. 2011, section 3.2.1 (letter case). The
    features that are dropped are the same at each step (Gal and Ghahramani 2016).

    Inputs: `words` [b, t], `characters` [b, t, c] and `casing` [b, t], integer ids, 0 for padding.
    Output: [b, t, tags], for `CRFLoss` and the methods of the layer `crf`.
    """
    words = keras.Input((None,), dtype="int32", name="words")
    characters = keras.Input((None, None), dtype="int32", name="characters")
    casing = keras.Input((None,), dtype="int32", name="casing")
    mask = ops.not_equal(words, 0)

    # A word seen once has the first id whose count is below 2.
    rare = RareWordDropout(encoder.words.first_rarer_than(2), config.rare_word_dropout)
    embedding = layers.Embedding(
        len(encoder.words),
        config.vector_size,
        embeddings_initializer=unit_length(config.vector_size),
        name="word_vectors",
    )
    ids = rare(words)
    read = [EmbeddingDropout(len(encoder.words), config.embedding_dropout)(ids, embedding(ids))]
    if config.character_units:
        read.append(
            Spelling(
                len(encoder.characters),
                config.character_size,
                config.character_units,
                name="spelling",
            )(characters)
        )
    if config.casing_size:
        read.append(
            layers.Embedding(1 + len(PATTERNS), config.casing_size, name="casing_vectors")(casing)
        )
    e = layers.SpatialDropout1D(config.dropout)(layers.Concatenate()(read))
    deep = Deep(
        Bidirectional(recurrent_layer(config)), config.depth, dropout=config.dropout, name="deep"
    )
    a = layers.SpatialDropout1D(config.dropout)(deep(e, mask=mask))
    scores = layers.Dense(len(encoder.tags), dtype="float32", name="scores")(a)
    # Without transitions each tag is for itself: a softmax at every step.
    crf = CRF(
        encoder.tags, scheme="IOBES" if config.crf else None, trainable=config.crf, name="crf"
    )
    return keras.Model([words, characters, casing], crf(scores, mask=mask), name="ner")
