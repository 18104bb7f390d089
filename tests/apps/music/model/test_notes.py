"""The distribution of a frame's notes: as it is defined, key by key, and as it is drawn from."""

import itertools

import keras
import numpy as np
import pytest
from keras import ops
from scipy.stats import chisquare

from apps.music.config import Config
from apps.music.model.composer import Composer
from apps.music.model.network import build_model
from apps.music.model.notes import LogP, above_each, notes_above
from apps.music.reading.piece import KEYS

FEW = (30, 31, 40, 41)  # the keys that may sound


@pytest.fixture(scope="module", params=[True, False], ids=["joint", "independent"])
def composer(request):
    """A model in which a few keys sound, each in its way moved by those above it."""
    output = "joint" if request.param else "independent"
    model = build_model(0, True, Config(units=8, output=output, dropout=0.0))
    rng = np.random.default_rng(1)
    for weight in model.weights:
        weight.assign(rng.normal(scale=0.6, size=weight.shape))
    bias = np.full(KEYS, -60.0)
    bias[list(FEW)] = [-0.3, 0.5, 0.2, -0.6]
    notes = model.get_layer("notes")
    notes.to_keys.bias.assign(bias)
    notes.to_keys.kernel.assign(notes.to_keys.kernel * (np.isin(np.arange(KEYS), FEW)))
    notes.to_key.kernel.assign(notes.to_key.kernel * 0.1)
    return Composer(model, request.param)


def given(rng, count):
    h = rng.normal(size=(count, 8)).astype("float32")
    before = np.zeros((count, KEYS), "int32")
    before[:, 30], before[:, 45] = 1, 2
    return h, before


def log_p(composer, h, before, frames):
    """By the layers, as in training."""
    notes = (frames > 0).astype("float32")[None]
    count = int(notes.sum(axis=-1).max()) + 1 if composer.joint else 1
    above = notes_above(ops.convert_to_tensor(notes), count)
    logits = composer.notes(h[None], before[None], above)
    found, _ = LogP()(logits, np.zeros_like(notes), before[None], frames[None])
    return ops.convert_to_numpy(found)[0]


def by_definition(composer, h, before, frame):
    """One key after the other, each by all that the layer says given the keys above it."""
    known, total = np.zeros(KEYS, "float32"), 0.0
    for key in reversed(range(KEYS)):
        above = known if composer.joint else np.zeros(KEYS, "float32")
        logits = composer.notes(h[None, None], before[None, None], above[None, None, None])
        logit = float(ops.convert_to_numpy(logits)[0, 0, 0, key])
        total -= np.logaddexp(0, -logit if frame[key] else logit)
        known[key] = frame[key] > 0
    return total


def test_key_by_key(composer):
    rng = np.random.default_rng(2)
    h, before = given(rng, 4)
    frames = np.zeros((4, KEYS), "int32")
    frames[1, 40], frames[2, [30, 41]], frames[3, list(FEW)] = 1, 2, 1
    expected = [by_definition(composer, *each) for each in zip(h, before, frames, strict=True)]
    np.testing.assert_allclose(log_p(composer, h, before, frames), expected, rtol=1e-4)


def every_frame():
    frames = np.zeros((16, KEYS), "int32")
    frames[:, list(FEW)] = list(itertools.product((0, 1), repeat=4))
    return frames


def test_sums_to_one(composer):
    h, before = (x.repeat(16, axis=0) for x in given(np.random.default_rng(3), 1))
    assert np.exp(log_p(composer, h, before, every_frame())).sum() == pytest.approx(1, abs=1e-4)


def test_drawn_as_often_as_likely(composer):
    h, before = (x.repeat(20_000, axis=0) for x in given(np.random.default_rng(4), 1))
    u = np.random.default_rng(5).random((20_000, KEYS), "float32")
    drawn = composer.draw_notes(*map(ops.convert_to_tensor, (h, before, u)), 1.0)
    drawn = ops.convert_to_numpy(drawn)[:, list(FEW)] @ [8, 4, 2, 1]
    p = np.exp(log_p(composer, h[:16], before[:16], every_frame())).astype("float64")
    counts = np.bincount(drawn.astype(int), minlength=16)
    assert chisquare(counts, p / p.sum() * counts.sum()).pvalue > 1e-3


def test_drawn_below_a_given_note(composer):
    """As often as among frames in which that note is the highest."""
    h, before = (x.repeat(20_000, axis=0) for x in given(np.random.default_rng(6), 1))
    u = np.random.default_rng(7).random((20_000, KEYS), "float32")
    lid = np.full(20_000, 40, "int32")
    drawn = composer.draw_notes(*map(ops.convert_to_tensor, (h, before, u)), 1.0, lid)
    drawn = ops.convert_to_numpy(drawn)
    assert (drawn[:, 40] == 1).all() and not drawn[:, 41:].any()
    frames = every_frame()[[2, 6, 10, 14]]
    p = np.exp(log_p(composer, h[:4], before[:4], frames)).astype("float64")
    counts = np.bincount((drawn[:, [30, 31]] @ [2, 1]).astype(int), minlength=4)
    assert chisquare(counts, p / p.sum() * counts.sum()).pvalue > 1e-3


def test_temperature(composer):
    """At a low one, the notes that are likelier than not, one after the other."""
    h, before = given(np.random.default_rng(8), 6)
    u = np.random.default_rng(9).uniform(0.01, 0.99, (6, KEYS)).astype("float32")
    arrays = [ops.convert_to_tensor(x) for x in (h, before)]
    cold = composer.draw_notes(*arrays, ops.convert_to_tensor(u), 1e-6)
    likeliest = composer.draw_notes(*arrays, ops.full((6, KEYS), 0.5), 1.0)
    np.testing.assert_array_equal(cold, likeliest)


def test_notes_above():
    notes = np.zeros((1, 1, KEYS), "float32")
    notes[..., [3, 50, 87]] = 1
    found = ops.convert_to_numpy(notes_above(ops.convert_to_tensor(notes), 4))[0, 0]
    assert [list(np.flatnonzero(row)) for row in found] == [[], [87], [50, 87], [3, 50, 87]]
    above = ops.convert_to_numpy(above_each(ops.convert_to_tensor(notes)))[0, 0]
    assert above[87] == 0 and above[86] == above[50] == 1 and above[49] == 2 and above[0] == 3


def test_strikes_count_only_where_they_are_a_question():
    logits = np.full((1, 1, 1, KEYS), -20.0, "float32")
    logits[..., [10, 11, 12]] = 20
    struck = np.full((1, 1, KEYS), np.log(3.0), "float32")  # struck with probability 3/4
    before, frames = np.zeros((2, 1, 1, KEYS), "int32")
    before[..., [10, 11]] = 2
    frames[..., [10, 11, 12]] = 1, 2, 2
    notes, strikes = LogP()(logits, struck, before, frames)
    assert float(notes[0, 0]) == pytest.approx(0, abs=1e-5)
    assert float(strikes[0, 0]) == pytest.approx(np.log(1 / 4) + np.log(3 / 4), rel=1e-5)


def test_saved_and_loaded(composer, tmp_path):
    path = tmp_path / "model.keras"
    composer.model.save(path)
    loaded = keras.saving.load_model(path)
    for a, b in zip(composer.model.get_weights(), loaded.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
