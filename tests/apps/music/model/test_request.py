"""What a primer makes of positions, metre and bars."""

import numpy as np
import pytest

from apps.music.model.repertoire import Repertoire
from apps.music.model.request import after
from apps.music.reading.piece import KEYS, Piece
from tests.apps.music.conftest import tune

BARS = Repertoire([tune(1), tune(2)])  # of three quarters, six frames
NO_BARS = Repertoire([Piece("roll", np.ones((9, KEYS), "uint8"), np.zeros(9, "uint8"), 2)])


def primer(positions, metre=None):
    frames = np.ones((len(positions), KEYS), "uint8")
    return Piece("primer", frames, np.array(positions, "uint8"), 2, 100.0, metre)


def new(positions, metre=None, repertoire=BARS, bars=2, primer_bars=0):
    piece, request = after(primer(positions, metre), repertoire, bars, primer_bars)
    assert len(piece.positions) == len(request.positions)
    return request.positions[len(request.given) :].tolist()


def test_from_nothing():
    piece, request = after(None, BARS, 2)
    assert request.positions.tolist() == [*range(1, 7)] * 2
    assert (piece.metre, piece.tempo) == ((3, 4), 96)
    assert not after(None, NO_BARS, 2)[1].positions.any()
    assert len(after(None, NO_BARS, 2)[1].positions) == 16


def test_goes_on_where_the_primer_ends():
    assert new([1, 2, 3, 4, 5, 6, 1, 2], (3, 4), bars=1) == [3, 4, 5, 6, 1, 2]


def test_a_metre_that_changed():
    """One bar of three quarters, one of four: the new ones are of four."""
    assert new([*range(1, 7), *range(1, 9)], (3, 4)) == [*range(1, 9)] * 2


def test_a_primer_without_bars():
    assert new([0] * 5) == [*range(1, 7)] * 2
    assert after(primer([0] * 5), BARS, 1)[0].metre == (3, 4)
    assert not any(new([0] * 5, repertoire=NO_BARS))


@pytest.mark.parametrize(
    "count, left", [(1, 8), (2, 14), (3, 14), (9, 14)], ids=["1", "all", "more", "many"]
)
def test_bars_of_a_primer_with_a_pickup(count, left):
    positions = [5, 6, *range(1, 7), *range(1, 7)]
    _, request = after(primer(positions, (3, 4)), BARS, 1, count)
    assert len(request.given) == left
    assert request.positions[left:].tolist() == [*range(1, 7)]


def test_a_bar_that_positions_do_not_hold():
    long = Piece("long", np.ones((4, KEYS), "uint8"), np.zeros(4, "uint8"), 2, 100.0, (129, 4))
    assert not after(long, BARS, 1)[1].positions.any()


@pytest.mark.parametrize("known", [True, False])
def test_strikes_matter_only_where_they_were_learned(known):
    """Nothing is read from weights that no training piece ever moved."""
    from apps.music.config import Config
    from apps.music.model.composer import Composer
    from apps.music.model.network import build_model
    from apps.music.model.scores import score_pieces

    composer = Composer(build_model(0, known, Config(units=8)), joint=True)
    held = tune(1)
    struck = Piece("struck", np.where(held.frames > 0, 2, 0).astype("uint8"), held.positions, 2)
    held = Piece("held", held.sounding, held.positions, 2)
    a, b = (found.log_p for found in score_pieces(composer, [held, struck]))
    assert np.allclose(a, b, atol=1e-5) != known
