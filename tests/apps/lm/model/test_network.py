"""The network of the language model: what the options make of it, and the losses beside."""

from dataclasses import replace

import keras
import numpy as np
import pytest

from apps.lm.config import Config
from apps.lm.model.network import Streams, build_model


@pytest.mark.parametrize(
    ("options", "kind", "expected"),
    [
        ({"layer": "gru-simplified"}, "GRU", {"relevance_gate": False}),
        ({"layer": "simple-rnn"}, "SimpleRNN", {}),
        ({"peepholes": "previous"}, "LSTM", {"peepholes": "previous"}),
        ({"weight_dropout": 0.3}, "LSTM", {"peepholes": False, "weight_dropout": 0.3}),
    ],
)
def test_layers(options, kind, expected):
    model = build_model(9, Config(units=4, vector_size=6, depth=2, **options))
    layers = model.get_layer("deep").layers
    assert [(type(layer).__name__, layer.units) for layer in layers] == [(kind, 4), (kind, 6)]
    for layer in layers:
        assert {name: layer.get_config()[name] for name in expected} == expected


@pytest.mark.parametrize("candidates, scale", [(4, 6**0.5), (5, 1.0), (0, 1.0)])
def test_the_vectors_of_a_large_vocabulary_are_scaled(candidates, scale):
    model = build_model(9, Config(units=6, candidates=candidates))
    vectors = keras.Model(model.inputs[0], model.get_layer("vectors").output)
    read = keras.Model(model.inputs[0], model.get_layer("deep").input[0])
    given = np.arange(9).reshape(3, 3)
    np.testing.assert_allclose(read(given), scale * np.array(vectors(given)), rtol=1e-6)


def test_penalties():
    config = Config(units=6, dropout=0, steps=5, batch_size=2)
    model = build_model(9, config)
    x = np.random.default_rng(0).integers(0, 9, (2, 5))
    given = [keras.ops.convert_to_tensor(x), *map(keras.ops.zeros, [(2, 6)] * 2)]
    output = keras.ops.convert_to_numpy(Streams(model, config).recurrent(given)[0])
    expected = {
        "activation_penalty": (output**2).mean(),
        "change_penalty": (np.diff(output, axis=1) ** 2).mean(),
    }
    for name, value in expected.items():
        streams = Streams(model, replace(config, **{name: 3.0}))
        streams(given[0])
        np.testing.assert_allclose(float(sum(streams.losses)), 3 * value, rtol=1e-5)
    streams = Streams(model, config)
    streams(given[0])
    assert streams.losses == []
