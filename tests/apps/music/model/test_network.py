"""The recurrent layers that the options name."""

import pytest

from apps.music.config import Config
from apps.music.model.network import build_model
from gated.layers import GRU, LSTM, SimpleRNN


@pytest.mark.parametrize(
    ("options", "kind", "expected"),
    [
        ({"peepholes": "previous"}, LSTM, {"peepholes": "previous"}),
        ({"layer": "gru", "weight_dropout": 0.2}, GRU, {"weight_dropout": 0.2}),
        ({"layer": "gru-simplified", "depth": 2}, GRU, {"relevance_gate": False}),
        ({"layer": "simple-rnn"}, SimpleRNN, {"units": 4}),
    ],
)
def test_layers(options, kind, expected):
    model = build_model(6, True, Config(units=4, **options))
    layers = model.get_layer("deep").layers
    assert len(layers) == options.get("depth", 1)
    for layer in layers:
        assert type(layer) is kind
        assert expected.items() <= layer.get_config().items()
    states = len(layers) * (2 if kind is LSTM else 1)
    assert (len(model.inputs), len(model.outputs)) == (4 + states, 2 + states)
