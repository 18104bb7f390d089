"""Judging and writing frames, against doing it frame by frame."""

from functools import lru_cache

import numpy as np
import pytest
from keras import ops

from apps.music.model.composer import total
from apps.music.model.notes import notes_above
from apps.music.model.repertoire import Repertoire
from apps.music.model.request import Request, after, under
from apps.music.reading.piece import HELD, KEYS, SILENT, STRUCK, Piece
from gated.compiling import compiled
from tests.apps.music.conftest import tune

NOTHING = np.zeros((0, KEYS), "uint8")


@lru_cache
def reader_of_a_frame(composer):
    """The model, compiled for one frame: its operations one by one would take most of the time."""

    def read(before, position, frame, *states):
        above = notes_above(ops.cast(frame > 0, "float32"), 9)
        if not composer.joint:
            above = above[:, :, :1]
        return composer.model([before, position, frame, above, *states], training=False)

    return compiled(read, composer.model.variables)


def one_by_one(composer, piece):
    """Log P of each frame, read one at a time."""
    read = reader_of_a_frame(composer)
    states, before, found = composer.states(1), np.zeros((1, 1, KEYS), "int32"), []
    for frame, position in zip(piece.frames, piece.positions, strict=True):
        told = frame[None, None].astype("int32")
        arrays = before, np.array([[position]], "int32"), told
        log_p, strikes, *states = read(*map(ops.convert_to_tensor, arrays), *states)
        found.append((float(log_p[0, 0]), float(strikes[0, 0])))
        before = told
    return np.array(found)


@pytest.mark.parametrize("length", [1, 31, 32, 300])
def test_judges_every_frame(lively, length):
    """Pieces longer than a window, beside shorter ones, in their order."""
    long = tune(1, 60)
    pieces = [
        Piece("a", long.frames[:length], long.positions[:length], 2),
        tune(2, 2),
        Piece("silent", np.zeros((5, KEYS), "uint8"), np.zeros(5, "uint8"), 2),
    ]
    for piece, found in zip(pieces, lively.judge(pieces), strict=True):
        expected = one_by_one(lively, piece)
        np.testing.assert_allclose(found.log_p, expected[:, 0], rtol=1e-3, atol=1e-3)
        np.testing.assert_allclose(found.strikes, expected[:, 1], rtol=1e-3, atol=1e-3)
        assert len(found.log_p) == len(piece.frames)
        assert found.right + found.missed == piece.sounding.sum()


def test_of_many_notes_few_frames_are_told_at_once(lively, monkeypatch):
    pieces = [tune(1, 20), tune(2, 2)]
    whole = lively.judge(pieces)
    monkeypatch.setattr("apps.music.model.composer.TOLD", 200)
    windows = []
    judge = lively._judge
    monkeypatch.setattr(lively, "_judge", lambda *given: windows.append(given[1]) or judge(*given))
    for found, expected in zip(lively.judge(pieces), whole, strict=True):
        np.testing.assert_allclose(found.log_p, expected.log_p, atol=1e-3)
        counts = [(one.right, one.wrong, one.missed) for one in (found, expected)]
        assert counts[0] == counts[1]
    assert len(windows) > 1
    assert all(np.prod(above.shape[:3]) <= 200 for above in windows)


def test_a_long_primer_is_read_in_windows(lively, monkeypatch):
    primer = tune(4, 50).frames
    request = Request(primer, np.arange(330) % 6 + 1, samples=2, seed=3)
    (one, other), read = lively.compose(request), []
    monkeypatch.setattr("apps.music.model.composer.WINDOW", 1000)
    monkeypatch.setattr(lively, "_read", lambda *given: read.append(1) or lively.read(*given))
    np.testing.assert_array_equal(lively.compose(request), [one, other])
    assert read == [1] and (one[:300] == primer).all()


def test_total(lively):
    pieces = [tune(1), tune(2, 20)]
    found = lively.judge(pieces)
    metrics = total(found)
    frames = sum(len(piece.frames) for piece in pieces)
    log_p = np.concatenate([one_by_one(lively, piece) for piece in pieces]).sum(axis=0)
    assert metrics["frames"] == frames
    assert metrics["nats_per_frame"] == pytest.approx(-log_p[0] / frames, rel=1e-4)
    assert metrics["strike_nats_per_frame"] == pytest.approx(-log_p[1] / frames, rel=1e-4)
    right, wrong, missed = (sum(getattr(f, x) for f in found) for x in ("right", "wrong", "missed"))
    assert metrics["frame_accuracy"] == pytest.approx(right / (right + wrong + missed))


def test_without_strikes_there_are_none_to_tell(lively):
    piece = Piece("roll", tune(1).sounding, np.zeros(36, "uint8"), 2)
    (found,) = lively.judge([piece])
    assert not found.strikes.any()


@pytest.mark.parametrize("samples", [1, 3])
def test_a_sample_is_its_own(lively, samples):
    """The same however many there are, and however long."""
    few = lively.compose(Request(NOTHING, np.tile(np.arange(6) + 1, 4), samples, seed=7))
    many = lively.compose(Request(NOTHING, np.tile(np.arange(6) + 1, 25), 4, seed=7))
    assert few.shape == (samples, 24, KEYS) and many.shape == (4, 150, KEYS)
    np.testing.assert_array_equal(few, many[:samples, :24])
    assert (many[0] != many[1]).any()
    assert (many[0] != lively.compose(Request(NOTHING, np.zeros(150), 1, seed=8))[0]).any()


def test_frames_make_sense(lively):
    (frames,) = lively.compose(Request(NOTHING, np.zeros(200), 1, seed=1))
    before = np.vstack([np.zeros((1, KEYS)), frames[:-1]])
    assert not ((frames == HELD) & (before == SILENT)).any()
    # Some are held and some struck again: both happen.
    assert ((frames == HELD) & (before > 0)).any() and ((frames == STRUCK) & (before > 0)).any()


def test_goes_on_from_a_primer(lively):
    primer = tune(4)
    piece, request = after(primer, Repertoire([tune(1)]), 3)
    assert len(request.positions) == len(primer.frames) + 18
    np.testing.assert_array_equal(piece.positions[:8], [1, 2, 3, 4, 5, 6, 1, 2])
    (found,) = lively.compose(request)
    np.testing.assert_array_equal(found[: len(primer.frames)], primer.frames)


def test_states_after_a_primer(lively):
    primer, states = tune(2).frames[:7], lively.states(1)
    read = np.concatenate([np.zeros((1, KEYS)), primer[:-1]])[None].astype("int32")
    places = np.arange(7)[None].astype("int32")
    read, places = map(ops.convert_to_tensor, (read, places))
    expected = lively.read(read, places, states)
    for t in range(7):
        states = lively.read(read[:, t : t + 1], places[:, t : t + 1], states)
    for state, other in zip(states, expected, strict=True):
        np.testing.assert_allclose(state, other, atol=1e-5)


def test_harmonises(lively):
    melody = tune(3)
    piece, request = under(melody)
    highest = KEYS - 1 - np.argmax(melody.frames[:, ::-1] > 0, axis=1)
    (frames,) = lively.compose(request)
    assert piece is melody and len(frames) == len(melody.frames)
    np.testing.assert_array_equal(KEYS - 1 - np.argmax(frames[:, ::-1] > 0, axis=1), highest)
    rows = np.arange(len(frames))
    np.testing.assert_array_equal(frames[rows, highest], melody.frames[rows, highest])
    assert request.was_there.sum() == len(frames)


def test_a_melody_that_rests(lively):
    frames = tune(3).frames.copy()
    frames[4:10] = 0
    _, request = under(Piece("m", frames, np.zeros(len(frames), "uint8"), 2))
    (found,) = lively.compose(request)
    highest = KEYS - 1 - np.argmax(frames[:, ::-1] > 0, axis=1)
    assert (found[np.delete(np.arange(36), range(4, 10)), np.delete(highest, range(4, 10))]).all()


def test_transposed_bounds():
    """Whatever the model, notes stay on the keys."""
    from apps.music.config import Config
    from apps.music.model.batches import Batches

    frames = np.zeros((50, KEYS), "uint8")
    frames[:, [0, 86]] = 1
    batches = Batches([Piece("wide", frames, np.zeros(50, "uint8"))], Config(transpose=5, steps=16))
    shifts = set()
    for _ in range(30):
        for i in range(len(batches)):
            (given, _), counted = batches[i]
            for row, count in zip(given, counted.sum(axis=1).astype(int), strict=True):
                keys = np.flatnonzero(row[count])
                assert len(keys) == 2 and keys[1] - keys[0] == 86
                shifts.add(int(keys[0]))
        batches.on_epoch_end()
    assert shifts == {0, 1}


def test_batches_hold_every_frame():
    from apps.music.config import Config
    from apps.music.model.batches import Batches

    pieces = [tune(n, bars) for n, bars in enumerate((2, 6, 30, 9))]
    batches = Batches(pieces, Config(steps=32, batch_size=3, transpose=0, grid=2))
    for _ in range(3):
        seen = []
        for i in range(len(batches)):
            (frames, positions), counted = batches[i]
            assert frames.shape[1] == positions.shape[1] + 1 == counted.shape[1] + 1
            for row, places, count in zip(frames, positions, counted, strict=True):
                n = int(count.sum())
                assert count[:n].all() and not row[n + 1 :].any()
                seen += [(*row[t], *row[t + 1], places[t]) for t in range(n)]
        expected = []
        for piece in pieces:
            padded = np.vstack([np.zeros((1, KEYS), int), piece.frames])
            expected += [(*padded[t], *padded[t + 1], p) for t, p in enumerate(piece.positions)]
        assert sorted(seen) == sorted(expected)
        batches.on_epoch_end()
