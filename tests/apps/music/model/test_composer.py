"""Drawing frames, against doing it frame by frame."""

import numpy as np
import pytest
from keras import ops

from apps.music.model.repertoire import Repertoire
from apps.music.model.request import Request, after, under
from apps.music.reading.piece import HELD, KEYS, SILENT, STRUCK, Piece
from tests.apps.music.conftest import tune

NOTHING = np.zeros((0, KEYS), "uint8")


def test_a_long_primer_is_read_in_windows(lively, monkeypatch):
    primer = tune(4, 50).frames
    request = Request(primer, np.arange(330) % 6 + 1, samples=2, seed=3)
    (one, other), read = lively.compose(request), []
    monkeypatch.setattr("apps.music.model.composer.WINDOW", 1000)
    monkeypatch.setattr(lively, "_read", lambda *given: read.append(1) or lively.read(*given))
    np.testing.assert_array_equal(lively.compose(request), [one, other])
    assert read == [1] and (one[:300] == primer).all()


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
