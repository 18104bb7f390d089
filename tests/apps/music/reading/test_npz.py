"""Pieces in a file of arrays."""

import numpy as np

from apps.music.reading.npz import holds_pieces, load_pieces, save_pieces
from apps.music.reading.piece import Piece, stored
from tests.apps.music.conftest import tune


def test_pieces_are_those_that_were_saved(tmp_path):
    roll = Piece("roll é\udcff", np.ones((9, 88), "uint8"), np.zeros(9, "uint8"), 4, 0.1 + 0.2)
    pieces = stored(tmp_path, [tune(1), roll, tune(2)])
    path = tmp_path / "x.npz"
    save_pieces(path, pieces)
    assert holds_pieces(path, pieces)
    for before, found in zip([tune(1), roll, tune(2)], load_pieces(path), strict=True):
        assert np.array_equal(before.frames, found.frames)
        assert np.array_equal(before.positions, found.positions)
        singles = [(one.name, one.grid, one.tempo, one.metre) for one in (before, found)]
        assert singles[0] == singles[1]
    others = (pieces[:2], [*pieces, tune(3)], pieces.take(np.array([0, 2, 1])))
    assert not any(holds_pieces(path, other) for other in others)
