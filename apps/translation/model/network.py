"""The network: an encoder, and a decoder that attends to what it has made."""

import keras
from keras import ops

from gated.layers import Attention, AttentionDecoder, Bidirectional, Deep, EmbeddingDropout
from gated.training.network import recurrent_layer

from ..config import Config


def build_model(sources: int, targets: int, config: Config) -> keras.Model:
    """The model of the next target token, given the source and the target tokens before it.

        a = deep bidirectional layer over dropout(E_s[x])
        s⟨0⟩ = the last states of both directions, layer by layer
        ã = attention decoder over dropout(E_t[y⟨t-1⟩]) and a
        ŷ⟨t⟩ = softmax(dropout(ã⟨t⟩) E_tᵀ)                  the model gives the logits

    Inputs: token ids of the source [b, t'] and of the target, `<EOS>` before the first, [b, t]; 0
    is padding. Outputs: logits, float32 [b, t, targets], and what each step looks at, float32
    [b, t, t']. Bahdanau, Cho and Bengio 2015; Luong, Pham and Manning 2015; Press and Wolf 2017 for
    the tied vectors, Gal and Ghahramani 2016 for the dropout.

    Args:
        sources, targets: sizes of the vocabularies.
        config: sizes and dropout.
    """
    assert config.units and config.vector_size
    half = config.units // 2
    encoder = Deep(
        [
            Bidirectional(recurrent_layer(config, half, return_state=True))
            for _ in range(config.depth)
        ],
        dropout=config.dropout,
        name="encoder",
    )
    decoder = AttentionDecoder(
        Deep(
            [recurrent_layer(config, return_state=True) for _ in range(config.depth)],
            dropout=config.dropout,
        ),
        Attention(config.attention, half if config.attention == "additive" else None),
        config.vector_size,
        name="decoder",
    )
    scale = config.vector_size**0.5
    start = keras.initializers.RandomNormal(stddev=1 / scale)
    source_vectors = keras.layers.Embedding(sources, config.vector_size, start, name="source")
    target_vectors = keras.layers.ReversibleEmbedding(
        targets,
        config.vector_size,
        embeddings_initializer=start,
        reverse_dtype="float32",
        name="target",
    )

    def read(ids, vectors, tokens, name):
        x = keras.layers.Rescaling(scale, name=f"{name}_scale")(vectors(ids))
        x = EmbeddingDropout(tokens, config.embedding_dropout, name=f"{name}_tokens")(ids, x)
        return keras.layers.SpatialDropout1D(config.dropout, name=f"{name}_dropped")(x)

    source = keras.Input((None,), dtype="int32", name="source_ids")
    target = keras.Input((None,), dtype="int32", name="target_ids")
    there = ops.not_equal(source, 0)
    memory, *last = encoder(read(source, source_vectors, sources, "source"), mask=there)
    states = decoder_states(last, config.depth)
    before = read(target, target_vectors, targets, "target")
    fed = [*states, ops.zeros_like(before[:, 0])]
    output, weights, *_ = decoder(before, memory, initial_state=fed, memory_mask=there)
    dropped = keras.layers.SpatialDropout1D(config.dropout, name="dropped")(output)
    logits = keras.layers.Identity(dtype="float32")(target_vectors(dropped, reverse=True))
    return keras.Model([source, target], [logits, weights], name="translation")


def decoder_states(last: list, depth: int) -> list:
    """The states that the decoder begins with, from the last ones of the encoder.

    Those of a layer are first those of the one direction and then those of the other.
    """
    count = len(last) // (2 * depth)
    states = []
    for i in range(0, len(last), 2 * count):
        there, back = last[i : i + count], last[i + count : i + 2 * count]
        states += [ops.concatenate(pair, axis=-1) for pair in zip(there, back, strict=True)]
    return states


@keras.saving.register_keras_serializable("gated")
class SmoothedLoss(keras.losses.Loss):
    """Cross-entropy, a share of the target's probability spread over all tokens.

        loss = -(1 - ε) log ŷ⟨t⟩[y⟨t⟩] - ε mean of log ŷ⟨t⟩

    Szegedy et al. 2016, "Rethinking the Inception architecture", section 7.

    Args:
        smoothing: ε.
    """

    def __init__(self, smoothing=0.1, name="loss", **kwargs):
        super().__init__(name=name, **kwargs)
        self.smoothing = smoothing

    def call(self, y_true, y_pred):
        total = ops.logsumexp(y_pred, axis=-1)
        own = ops.take_along_axis(y_pred, ops.cast(y_true, "int32")[..., None], axis=-1)[..., 0]
        mean = ops.mean(y_pred, axis=-1)
        return total - (1 - self.smoothing) * own - self.smoothing * mean

    def get_config(self):
        return {**super().get_config(), "smoothing": self.smoothing}
