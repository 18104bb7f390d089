"""The network: recurrent layers from frames of sound to probabilities of tokens."""

import keras
from keras import ops

from gated.layers import Bidirectional, Deep
from gated.training.network import recurrent_layer

from ..config import Config
from .filter_bank import HOP, LogMel
from .spectrum import Normalised, SpectrumDropout, Stacked

_NEVER = -1e9


def build_model(tokens: int, config: Config) -> keras.Model:
    """A recording in, logits of a token or the blank, which is token 0, for each step out.

        x⟨t⟩ = `stack` frames of log-mel energies, normalised, side by side
        a⟨t⟩ = deep bidirectional layers over x
        ŷ⟨t⟩ = softmax(W a⟨t⟩ + b)

    Graves, Fernández, Gomez and Schmidhuber 2006, "Connectionist temporal classification"; Hannun
    et al. 2014, "Deep Speech".

    Inputs: samples in -1 to 1, float32 [b, n], and how many there are, int32 [b]. Output: logits,
    float32 [b, t, tokens]; of steps that are not there surely the blank, so that CTC's loss over
    all steps is that over those that are.

    Args:
        tokens: of the vocabulary, the blank among them.
        config: sizes and dropout.
    """
    assert config.depth and config.dropout is not None
    samples = keras.Input((None,), dtype="float32", name="samples")
    lengths = keras.Input((), dtype="int32", name="lengths")
    frames, there = LogMel(config.rate, config.bands, name="log_mel")(samples, lengths)
    x = Normalised(name="normalised")(frames, there)
    x = SpectrumDropout(
        *(2, config.band_width, 2, round(config.time_width / HOP)),
        seed=config.seed,
        name="spectrum_dropout",
    )(x)
    x, steps = Stacked(config.stack, name="stacked")(x, there)
    deep = Deep(
        Bidirectional(recurrent_layer(config)), config.depth, dropout=config.dropout, name="deep"
    )
    a = deep(x, mask=steps)
    a = keras.layers.SpatialDropout1D(config.dropout)(a)
    logits = keras.layers.Dense(tokens, dtype="float32", name="tokens")(a)
    logits = BlankElsewhere(dtype="float32", name="logits")(logits, steps)
    return keras.Model([samples, lengths], logits, name="speech")


@keras.saving.register_keras_serializable("gated")
class BlankElsewhere(keras.layers.Layer):
    """Logits, and of steps that are not there surely the blank.

    Inputs: logits [b, t, tokens], and which steps there are, booleans [b, t].
    """

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.supports_masking = True

    def compute_mask(self, inputs, previous_mask):
        """None: with it Keras would look for a loss of each step."""

    def call(self, logits, there):
        blank = ops.where(ops.arange(logits.shape[-1]) == 0, 0.0, _NEVER)
        return ops.where(there[..., None], logits, ops.cast(blank, logits.dtype))

    def compute_output_shape(self, logits_shape, there_shape):
        return logits_shape
