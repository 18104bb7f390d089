"""The language model: vectors, a deep recurrent layer, and the softmax tied to the vectors."""

import keras

from apps.lm.config import Config
from gated.layers import GRU, LSTM, Deep


def build_model(tokens: int, config: Config) -> keras.Model:
    """A model of the next token.

        e⟨t⟩ = E[x⟨t⟩]                                x⟨t⟩ = y⟨t-1⟩, the token before
        a⟨t⟩, states = deep recurrent layer over dropout(e), states
        ŷ⟨t⟩ = softmax(dropout(a⟨t⟩) Eᵀ)              the model gives the logits

    Inputs: token ids [b, t], then each state [b, units]. Outputs: logits [b, t, tokens], then each
    last state. Press and Wolf 2017 for the tied vectors, Gal and Ghahramani 2016 for the dropout.

    Args:
        tokens: size of the vocabulary.
        config: sizes and dropout.
    """
    if config.layer == "lstm":
        layer = LSTM(
            config.units, peepholes=config.peepholes, return_sequences=True, return_state=True
        )
    else:
        layer = GRU(config.units, return_sequences=True, return_state=True)
    vectors = keras.layers.ReversibleEmbedding(tokens, config.units, name="vectors")
    deep = Deep(layer, depth=config.depth, dropout=config.dropout, name="deep")
    drop = keras.layers.SpatialDropout1D(config.dropout)

    ids = keras.Input((None,), dtype="int32", name="tokens")
    first = [keras.Input((size,), name=f"state_{i}") for i, size in enumerate(deep.state_size)]
    output, *last = deep(drop(vectors(ids)), initial_state=first)
    logits = vectors(drop(output), reverse=True)
    return keras.Model([ids, *first], [logits, *last], name="language_model")


class Streams(keras.Model):
    """A language model that carries its states from one batch to the next, for training.

    Batches are windows of streams of text that go on side by side; gradients go back no further
    than a window, the states from the first to the last (Werbos 1990, truncated
    backpropagation through time).
    """

    def __init__(self, model: keras.Model, batch_size: int, steps: int, carry: bool):
        super().__init__()
        self.model = model
        self.shape = (batch_size, steps)
        self.carry = carry
        self.first = [
            keras.Variable(keras.ops.zeros((batch_size, state.shape[-1])), trainable=False)
            for state in model.inputs[1:]
        ]
        self.built = True  # as the model is: its weights can be loaded before any call

    def reset(self):
        for state in self.first:
            state.assign(keras.ops.zeros_like(state))

    def call(self, tokens, training=False):
        if self.carry:
            # The shape is known, which the data set does not say.
            tokens = keras.ops.reshape(tokens, self.shape)
        batch = keras.ops.shape(tokens)[0]
        states = [
            keras.ops.copy(state.value) if self.carry else keras.ops.zeros((batch, state.shape[-1]))
            for state in self.first
        ]
        logits, *last = self.model([tokens, *states], training=training)
        if self.carry:
            for variable, state in zip(self.first, last, strict=True):
                variable.assign(state)
        return logits
