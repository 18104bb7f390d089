"""The kernels for GPUs, run as JAX's operations, against `lax.scan`, and where they are chosen."""

import keras
import numpy as np
import pytest

if keras.backend.backend() != "jax":
    pytest.skip("kernels of JAX", allow_module_level=True)

import jax

from gated.layers import GRU, LSTM, SimpleRNN
from gated.recurrence import on_jax
from gated.recurrence.fused import Fused
from tests.gradients import assert_same, randomize, value_and_gradients

UNITS, LENGTH, FEATURES = 20, 4, 3
# 20 units are two blocks of 16, which wait for each other between launches, or one of 32.
LOOPS = {
    "a launch a step": Fused(room=0, interpret=True),
    "all steps at once": Fused(room=0, columns=32, interpret=True),
}
LAYERS = {
    "SimpleRNN": lambda **options: SimpleRNN(UNITS, **options),
    "GRU": lambda **options: GRU(UNITS, **options),
    "GRU simplified": lambda **options: GRU(UNITS, relevance_gate=False, **options),
    "LSTM": lambda **options: LSTM(UNITS, **options),
    "LSTM peepholes": lambda **options: LSTM(UNITS, peepholes=True, **options),
    "LSTM previous": lambda **options: LSTM(UNITS, peepholes="previous", **options),
}


def launches(layer, x):
    """How many kernels the jaxpr of a call has, and whether a loop begins before the first."""
    before, *kernels = str(jax.make_jaxpr(layer)(x)).split("pallas_call[")
    return len(kernels), "scan[" in before


def compare(make, loop, monkeypatch, tolerance, batch=3, mask=None, **options):
    rng = np.random.default_rng(0)
    layer = make(return_sequences=True, return_state=True, seed=1, **options)
    layer.build((None, None, FEATURES))
    randomize(layer)
    x = rng.normal(size=(batch, LENGTH, FEATURES))
    states = [rng.normal(size=(batch, UNITS)) for _ in layer.state_size]
    expected = value_and_gradients(layer, x, states, mask=mask, training=True)
    monkeypatch.setattr(on_jax, "choose", lambda *_: loop)
    found = value_and_gradients(layer, x, states, mask=mask, training=True)
    assert_same(found, expected, tolerance)


@pytest.mark.parametrize("loop", LOOPS.values(), ids=LOOPS)
@pytest.mark.parametrize("make", LAYERS.values(), ids=LAYERS)
def test_values_and_gradients(make, loop, monkeypatch):
    mask = np.array([[0, 0, 1, 1], [1, 0, 1, 0], [0] * 4], bool)
    compare(make, loop, monkeypatch, 1e-5, mask=mask, recurrent_dropout=0.5)


@pytest.mark.parametrize("loop", LOOPS.values(), ids=LOOPS)
@pytest.mark.parametrize("name", ["GRU", "LSTM peepholes"])
def test_half_precision_and_several_blocks_of_sequences(name, loop, monkeypatch):
    compare(LAYERS[name], loop, monkeypatch, 0.02, batch=65, dtype="mixed_bfloat16")


@pytest.mark.parametrize(
    "make, expected",
    [
        (lambda: LSTM(20, peepholes=True), (1, True)),
        (lambda: LSTM(16, peepholes=True), (1, False)),
        (lambda: GRU(20, reset_after=False), (0, True)),  # two products a step
        (lambda: LSTM(20, peepholes=True, dtype="float64"), (0, True)),
    ],
)
def test_which_way_runs(make, expected, monkeypatch, float64):
    monkeypatch.setattr(on_jax, "choose", lambda *_: LOOPS["a launch a step"])
    layer = make()
    layer.build((2, LENGTH, FEATURES))
    assert launches(layer, np.ones((2, LENGTH, FEATURES), "float32")) == expected


def test_kernels_run_only_where_they_were_seen_to(monkeypatch):
    x = np.ones((2, LENGTH, FEATURES), "float32")
    kind = jax.devices()[0].device_kind
    monkeypatch.setitem(on_jax.FUSED, kind, 7)
    assert on_jax.choose(x, True) is on_jax.plain  # no GPU
    monkeypatch.setattr(jax, "default_backend", lambda: "gpu")
    assert on_jax.choose(x, True) == Fused(room=7)
    monkeypatch.delitem(on_jax.FUSED, kind)
    assert on_jax.choose(x, True) is on_jax.plain
