"""The network: widths of any relation go together."""

import numpy as np
import pytest

from apps.translation.config import Config
from apps.translation.model.network import build_model


@pytest.mark.parametrize(("units", "vector_size"), [(4, 6), (6, 4)])
@pytest.mark.parametrize("layer", ["lstm", "gru"])
def test_vectors_may_be_wider_than_the_layers(layer, units, vector_size):
    config = Config(layer=layer, units=units, vector_size=vector_size, depth=2)
    model = build_model(9, 8, config)
    logits, weights = model([np.array([[3, 4, 5]]), np.array([[2, 6]])])
    assert (logits.shape, weights.shape) == ((1, 2, 8), (1, 2, 3))
