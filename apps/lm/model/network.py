"""The language model: vectors, a deep recurrent layer, and the softmax tied to the vectors."""

import keras
from keras import ops

from gated.layers import Deep, EmbeddingDropout
from gated.training.devices import check_parts
from gated.training.network import recurrent_layer

from ..config import Config
from .sampled_softmax import Candidates, sampled_logits


def build_model(tokens: int, config: Config) -> keras.Model:
    """A model of the next token.

        e⟨t⟩ = s E[x⟨t⟩]                              x⟨t⟩ = y⟨t-1⟩, the token before
        a⟨t⟩, states = deep recurrent layer over dropout(e), states
        ŷ⟨t⟩ = softmax(dropout(a⟨t⟩) Eᵀ)              the model gives the logits

    Inputs: token ids [b, t], then each state [b, units]. Outputs: logits [b, t, tokens], then each
    last state. s is 1, of a large vocabulary the root of the vectors' length (Vaswani et al. 2017,
    section 3.4). Press and Wolf 2017 for the tied vectors, Gal and Ghahramani 2016 for the dropout.
    Logits and states are float32, whatever the layers compute in.

    Args:
        tokens: size of the vocabulary.
        config: sizes and dropout.
    """
    layers = [recurrent_layer(config, size, return_state=True) for size in config.sizes]
    # Words are learned much sooner from greater vectors; characters better from Keras's.
    large = config.is_large(tokens)
    vectors = keras.layers.ReversibleEmbedding(
        tokens,
        config.vector_size,
        embeddings_initializer=keras.initializers.RandomNormal(stddev=0.1) if large else "uniform",
        reverse_dtype="float32",
        name="vectors",
    )
    scale = vectors.output_dim**0.5 if large else 1.0
    deep = Deep(layers, dropout=config.dropout, name="deep")
    drop_below = keras.layers.SpatialDropout1D(config.dropout)
    drop_above = keras.layers.SpatialDropout1D(config.dropout, name="dropped")

    ids = keras.Input((None,), dtype="int32", name="tokens")
    first = [keras.Input((size,), name=f"state_{i}") for i, size in enumerate(deep.state_size)]
    read = keras.layers.Rescaling(scale, name="scale")(vectors(ids))
    read = EmbeddingDropout(tokens, config.embedding_dropout)(ids, read)
    output, *last = deep(drop_below(read), initial_state=first)
    outputs = [vectors(drop_above(output), reverse=True), *last]
    outputs = [keras.layers.Identity(dtype="float32")(one) for one in outputs]
    return keras.Model([ids, *first], outputs, name="language_model")


class Streams(keras.Model):
    """A language model that carries its states from one batch to the next, for training.

    Batches are windows of streams of text that go on side by side; gradients go back no further
    than a window, the states from the first to the last (Werbos 1990, truncated
    backpropagation through time).
    """

    def __init__(self, model: keras.Model, config: Config, candidates: Candidates | None = None):
        """Args: candidates: where the softmax is over a sample; then calls take it too."""
        super().__init__()
        if not config.items:
            check_parts(config.batch_size)
        self.model = model
        self.config = config
        self.candidates = candidates
        output, dropped = model.get_layer("deep").output[0], model.get_layer("dropped").output
        self.recurrent = keras.Model(model.inputs, [output, dropped, *model.outputs[1:]])
        self.first = [
            keras.Variable(ops.zeros((config.batch_size, state.shape[-1])), trainable=False)
            for state in model.inputs[1:]
        ]
        self.built = True  # as the model is: its weights can be loaded before any call

    def reset(self):
        for state in self.first:
            state.assign(ops.zeros_like(state.value))

    def call(self, inputs, training=False):
        """Logits [b, t, tokens] from tokens, or those of `sampled_logits`.

        The latter from tokens, the targets [b, t] and the candidates [any, n]: of the first row.
        """
        tokens, *sampled = inputs if self.candidates else (inputs,)
        carry = not self.config.items
        if carry:
            # The shape is known, which the data set does not say.
            tokens = ops.reshape(tokens, (self.config.batch_size, self.config.steps))
        batch = ops.shape(tokens)[0]
        states = [
            ops.copy(state.value) if carry else ops.zeros((batch, state.shape[-1]))
            for state in self.first
        ]
        output, dropped, *last = self.recurrent([tokens, *states], training=training)
        if carry:
            for variable, state in zip(self.first, last, strict=True):
                variable.assign(state)
        self._penalize(output, dropped)
        vectors = self.model.get_layer("vectors")
        if not sampled:
            return vectors(dropped, reverse=True)
        targets, candidates = sampled
        return sampled_logits(
            dropped, vectors.embeddings, targets, candidates[0], self.candidates.log_inclusion
        )

    def _penalize(self, output, dropped):
        """Merity, McCann and Socher 2017, "Revisiting activation regularization"."""
        output, dropped = (ops.cast(one, "float32") for one in (output, dropped))
        if weight := self.config.activation_penalty:
            self.add_loss(weight * ops.mean(ops.square(dropped)))
        if weight := self.config.change_penalty:
            self.add_loss(weight * ops.mean(ops.square(output[:, 1:] - output[:, :-1])))
