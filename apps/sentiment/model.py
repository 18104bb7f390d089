"""The classifier's network."""

from functools import partial

import keras
from keras import layers, ops

from apps.sentiment.config import Config
from apps.sentiment.encoder import Encoder
from gated.layers import GRU, LSTM, Bidirectional, Deep, EmbeddingDropout, Spelling
from gated.layers.spelling import unit_length

_CHARACTER_SIZE, _CHARACTER_UNITS = 32, 50


def build_model(encoder: Encoder, config: Config) -> keras.Model:
    """Words and characters in, probabilities of the classes out.

        e⟨t⟩ = E[word t], and of an unknown word also a vector from its characters
        a⟨t⟩ = deep bidirectional layers over e⟨1⟩ ... e⟨T_x⟩
        p    = [mean of a⟨t⟩ ; greatest of a⟨t⟩]                      or as `pooling` says
        ŷ    = softmax(W p + b)                                       T_y = 1

    Pooling over the steps side by side: Howard and Ruder 2018, section 3.3; attention: Yang et al.
    2016, section 2.2; dropout of words and features: Gal and Ghahramani 2016.

    Inputs: `words` [b, t] and `characters` [b, t, c], integer ids, 0 for padding, which comes last.
    Output: [b, classes].
    """
    words = keras.Input((None,), dtype="int32", name="words")
    characters = keras.Input((None, None), dtype="int32", name="characters")
    mask = ops.not_equal(words, 0)

    count = len(encoder.spelled.words)
    vectors = layers.Embedding(
        count,
        config.word_size,
        embeddings_initializer=unit_length(config.word_size),
        name="word_vectors",
    )
    spelling = Spelling(len(encoder.spelled.characters), _CHARACTER_SIZE, _CHARACTER_UNITS)
    spelled = layers.Dense(config.word_size, use_bias=False)(spelling(characters))
    e = EmbeddingDropout(count, config.word_dropout)(words, vectors(words)) + spelled
    e = layers.SpatialDropout1D(config.dropout)(e)
    make = GRU if config.layer == "gru" else partial(LSTM, peepholes=config.peepholes)
    deep = Deep(
        Bidirectional(make(config.units, return_sequences=True)),
        config.depth,
        dropout=config.dropout,
        name="context",
    )
    a = deep(e, mask=mask)
    pooled = [pool(kind, a, mask) for kind in config.pooling]
    p = layers.Dropout(config.dropout)(ops.concatenate(pooled, axis=-1))
    classes = layers.Dense(len(encoder.labels), activation="softmax", dtype="float32")(p)
    return keras.Model([words, characters], classes, name="sentiment")


def pool(kind: str, a, mask):
    """One vector [b, features] of the states [b, t, features] of a bidirectional layer.

    No step that is masked counts; a text without any gives zeros.
    """
    steps = ops.cast(mask, a.dtype)[..., None]
    if kind == "last":
        # What each direction has read at its end.
        end = steps - ops.pad(steps[:, 1:], [[0, 0], [0, 1], [0, 0]])
        forward, backward = ops.split(a, 2, axis=-1)
        return ops.concatenate(
            [ops.sum(forward * end, axis=1), backward[:, 0] * steps[:, 0]], axis=-1
        )
    if kind == "mean":
        return ops.sum(a * steps, axis=1) / ops.maximum(ops.sum(steps, axis=1), 1)
    if kind == "max":
        # The states lie within -1 and 1.
        return ops.max(ops.where(steps > 0, a, -1), axis=1) * steps[:, 0]
    scores = layers.Dense(1, use_bias=False)(layers.Dense(a.shape[-1], activation="tanh")(a))
    weights = ops.softmax(ops.where(steps > 0, scores, -1e4), axis=1) * steps
    return ops.sum(weights * a, axis=1)
