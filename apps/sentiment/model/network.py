"""The classifier's network."""

import keras
from keras import layers, ops

from gated.layers import Bidirectional, Deep, EmbeddingDropout, Spelling
from gated.layers.spelling import unit_length
from gated.training.network import recurrent_layer

from ..config import Config
from .encoder import Encoder, WordEncoder

_CHARACTER_SIZE, _CHARACTER_UNITS = 32, 50


def build_model(encoder: WordEncoder, config: Config) -> keras.Model:
    """Words and characters in, probabilities of the classes out.

        e⟨t⟩ = E[word t], and of an unknown word also a vector from its characters
        a⟨t⟩ = deep bidirectional layers over e⟨1⟩ ... e⟨T_x⟩
        p    = [mean of a⟨t⟩ ; greatest of a⟨t⟩]                      or as `pooling` says
        ŷ    = softmax(W p + b)                                       T_y = 1

    Pooling over the steps side by side: Howard and Ruder 2018, section 3.3; dropout of words and
    features: Gal and Ghahramani 2016.

    Inputs: `words` [b, t] and `characters` [b, t, c], integer ids, 0 for padding, which comes last.
    Output: [b, classes].
    """
    words = keras.Input((None,), dtype="int32", name="words")
    characters = keras.Input((None, None), dtype="int32", name="characters")
    mask = ops.not_equal(words, 0)

    vectors = layers.Embedding(
        len(encoder.words),
        config.vector_size,
        embeddings_initializer=unit_length(config.vector_size),
        name="vectors",
    )
    spelling = Spelling(len(encoder.spelled.characters), _CHARACTER_SIZE, _CHARACTER_UNITS)
    spelled = layers.Dense(config.vector_size, use_bias=False)(spelling(characters))
    e = (
        EmbeddingDropout(len(encoder.words), config.embedding_dropout)(words, vectors(words))
        + spelled
    )
    e = layers.SpatialDropout1D(config.dropout)(e)
    deep = Deep(
        Bidirectional(recurrent_layer(config)), config.depth, dropout=config.dropout, name="deep"
    )
    classes = _classify(deep(e, mask=mask), mask, 2, encoder, config)
    return keras.Model([words, characters], classes, name="sentiment")


def build_upon(language_model: keras.Model, encoder: Encoder, config: Config) -> keras.Model:
    """Likewise upon the layers of a language model, which read forward only.

    The layers are those of the language model, not copies; the model's own dropout between them
    stays. Input: its token ids [b, t], 0 for padding.
    """
    tokens = keras.Input((None,), dtype="int32", name="tokens")
    mask = ops.not_equal(tokens, 0)
    vectors, scale, deep = map(language_model.get_layer, ("vectors", "scale", "deep"))
    e = scale(vectors(tokens))
    e = EmbeddingDropout(len(encoder.words), config.embedding_dropout)(tokens, e)
    e = layers.SpatialDropout1D(config.dropout)(e)
    a, *_ = deep(e, mask=mask)
    classes = _classify(a, mask, 1, encoder, config)
    return keras.Model([tokens], classes, name="sentiment")


def groups_of(model: keras.Model) -> list[int]:
    """The group of each trainable variable, as `LayerwiseAdam` takes them, from the top down."""
    deep = model.get_layer("deep")
    below = {id(v): deep.depth - i for i, layer in enumerate(deep.layers) for v in layer.weights}
    below |= {id(v): deep.depth + 1 for v in model.get_layer("vectors").weights}
    return [below.get(id(variable), 0) for variable in model.trainable_variables]


def _classify(a, mask, directions, encoder, config):
    a = ops.cast(a, "float32")
    pooled = [pool(kind, a, mask, directions) for kind in config.pooling]
    p = layers.Dropout(config.dropout)(ops.concatenate(pooled, axis=-1))
    return layers.Dense(len(encoder.labels), activation="softmax", dtype="float32")(p)


def pool(kind: str, a, mask, directions: int = 2):
    """One vector [b, features] of the states [b, t, features] of a layer.

    No step that is masked counts; a text without any gives zeros.
    """
    steps = ops.cast(mask, a.dtype)[..., None]
    if kind == "last":
        # What each direction has read at its end.
        end = steps - ops.pad(steps[:, 1:], [[0, 0], [0, 1], [0, 0]])
        if directions == 1:
            return ops.sum(a * end, axis=1)
        forward, backward = ops.split(a, 2, axis=-1)
        return ops.concatenate(
            [ops.sum(forward * end, axis=1), backward[:, 0] * steps[:, 0]], axis=-1
        )
    if kind == "mean":
        return ops.einsum("bto,btf->bf", steps, a) / ops.maximum(ops.sum(steps, axis=1), 1)
    # The states lie within -1 and 1.
    return ops.max(ops.where(steps > 0, a, -1), axis=1) * steps[:, 0]
