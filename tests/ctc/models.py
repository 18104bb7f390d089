"""Language models as `apps.lm` has them, and what they give to whole texts."""

import functools

import keras
import numpy as np
from keras import ops

from gated.compiling import predicting
from gated.layers import LSTM, Deep
from gated.text.codec import EOS, Codec
from gated.text.vocabulary import Vocabulary

UNITS = 8
LONGEST = 16  # tokens of a text that is read, <EOS> before the first too


def language_model(texts, level, lower=False, units=UNITS):
    """A codec of the tokens of texts, and a model with random weights."""
    vocabulary = Vocabulary.of([EOS])
    codec = Codec(vocabulary, level, lower)
    tokens = [token for text in texts for token in codec.split(text)]
    codec = Codec(Vocabulary.of([EOS, *tokens]), level, lower)
    ids = keras.Input((None,), dtype="int32")
    states = [keras.Input((units,)) for _ in range(4)]
    random = keras.initializers.RandomNormal(stddev=0.7, seed=1)
    x = keras.layers.Embedding(len(codec), units, embeddings_initializer=random)(ids)
    layers = [LSTM(units, return_sequences=True, return_state=True) for _ in range(2)]
    x, *last = Deep(layers)(x, initial_state=states)
    logits = keras.layers.Dense(len(codec), kernel_initializer=random)(x)
    return codec, keras.Model([ids, *states], [logits, *last])


def log_probabilities(codec, model, tokens):
    """Of each of the tokens of a text, <EOS> before the first and after the last."""
    ids = codec.ids([EOS, *tokens, EOS])
    zeros = [np.zeros((1, state.shape[-1]), "float32") for state in model.inputs[1:]]
    given = np.pad(ids[:-1], (0, LONGEST - len(ids) + 1))[None]  # one length: compiled once
    logits, *_ = _reading(model)(*map(ops.convert_to_tensor, (given, *zeros)))
    logits = ops.convert_to_numpy(logits)[0].astype("float64")
    log_p = logits - np.logaddexp.reduce(logits, axis=-1, keepdims=True)
    return log_p[np.arange(len(ids) - 1), ids[1:]]


_reading = functools.cache(predicting)


def fit(codec, model, lines, epochs, rate=0.02):
    """Trains on lines, each for itself."""
    ids = [codec.ids([EOS, *codec.split(line), EOS]) for line in lines]
    longest = max(map(len, ids))
    rows = np.array([np.pad(one, (0, longest - len(one))) for one in ids])
    zeros = [np.zeros((len(rows), state.shape[-1]), "float32") for state in model.inputs[1:]]
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=0)
    model.compile(keras.optimizers.Adam(rate), loss=[loss, *[None] * len(zeros)])
    model.fit([rows[:, :-1], *zeros], rows[:, 1:], len(rows), epochs, verbose=0)
