"""Scoring frames, against doing it frame by frame."""

from functools import lru_cache

import numpy as np
import pytest
from keras import ops

from apps.music.model.notes import notes_above
from apps.music.model.scores import score, score_pieces
from apps.music.reading.piece import KEYS, Piece
from gated.compiling import compiled
from tests.apps.music.conftest import tune


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
        scored = frame[None, None].astype("int32")
        arrays = before, np.array([[position]], "int32"), scored
        log_p, strikes, *states = read(*map(ops.convert_to_tensor, arrays), *states)
        found.append((float(log_p[0, 0]), float(strikes[0, 0])))
        before = scored
    return np.array(found)


@pytest.mark.parametrize("length", [1, 31, 32, 300])
def test_scores_every_frame(lively, length):
    """Pieces longer than a window, beside shorter ones, in their order."""
    long = tune(1, 60)
    pieces = [
        Piece("a", long.frames[:length], long.positions[:length], 2),
        tune(2, 2),
        Piece("silent", np.zeros((5, KEYS), "uint8"), np.zeros(5, "uint8"), 2),
    ]
    for piece, found in zip(pieces, score_pieces(lively, pieces), strict=True):
        expected = one_by_one(lively, piece)
        np.testing.assert_allclose(found.log_p, expected[:, 0], rtol=1e-3, atol=1e-3)
        np.testing.assert_allclose(found.strikes, expected[:, 1], rtol=1e-3, atol=1e-3)
        assert len(found.log_p) == len(piece.frames)
        assert found.right + found.missed == piece.sounding.sum()


def test_of_many_notes_few_frames_are_scored_at_once(lively, monkeypatch):
    pieces = [tune(1, 20), tune(2, 2)]
    whole = score_pieces(lively, pieces)
    monkeypatch.setattr("apps.music.model.scores.FRAMES", 200)
    windows = []
    whole_score = lively.compiled_score

    def windowed(*given):
        windows.append(given[1])
        return whole_score(*given)

    monkeypatch.setattr(lively, "compiled_score", windowed)
    for found, expected in zip(score_pieces(lively, pieces), whole, strict=True):
        np.testing.assert_allclose(found.log_p, expected.log_p, atol=1e-3)
        counts = [(one.right, one.wrong, one.missed) for one in (found, expected)]
        assert counts[0] == counts[1]
    assert len(windows) > 1
    assert all(np.prod(above.shape[:3]) <= 200 for above in windows)


def test_metrics(lively):
    pieces = [tune(1), tune(2, 20)]
    found = score_pieces(lively, pieces)
    metrics = score(lively, pieces)
    frames = sum(len(piece.frames) for piece in pieces)
    log_p = np.concatenate([one_by_one(lively, piece) for piece in pieces]).sum(axis=0)
    assert (metrics["pieces"], metrics["frames"]) == (2, frames)
    assert metrics["nats_per_frame"] == pytest.approx(-log_p[0] / frames, rel=1e-4)
    assert metrics["strike_nats_per_frame"] == pytest.approx(-log_p[1] / frames, rel=1e-4)
    right, wrong, missed = (sum(getattr(f, x) for f in found) for x in ("right", "wrong", "missed"))
    assert metrics["frame_accuracy"] == pytest.approx(right / (right + wrong + missed))


def test_without_strikes_there_are_none_to_score(lively):
    piece = Piece("roll", tune(1).sounding, np.zeros(36, "uint8"), 2)
    (found,) = score_pieces(lively, [piece])
    assert not found.strikes.any()
