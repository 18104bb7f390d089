"""The network."""

import keras

from gated.training.network import recurrent_layer

from ..config import Config


def build_model(config: Config) -> keras.Model:
    """Ids of brackets [b, t], 0 for padding, to the probability [b, 1] that they balance.

    a⟨t⟩ = recurrent layer over the vectors of the brackets;  ŷ = σ(w a⟨T_x⟩ + b)        T_y = 1
    """
    ids = keras.Input((None,), dtype="int32", name="ids")
    vectors = keras.layers.Embedding(3, 4, mask_zero=True)(ids)
    last = recurrent_layer(config, return_sequences=False)(vectors)
    p = keras.layers.Dense(1, activation="sigmoid", dtype="float32")(last)
    return keras.Model(ids, p, name="brackets")
