"""The number of each frame in its bar."""

from fractions import Fraction

import numpy as np
import pytest

from apps.music.reading.bars import Bars, bars_of, positions_of


def quarters(*lengths):
    return [(Fraction(length), Fraction(whole)) for length, whole in lengths]


@pytest.mark.parametrize(
    ("segments", "expected"),
    [
        # A pickup; a bar in two, where a repeat ends; a short bar at the end.
        (quarters((1, 3), (3, 3), (2, 3), (1, 3), (3, 3), (2, 3)), [3, 123, 12, 3, 123, 12]),
        # A pickup in the midst, before the second part.
        (quarters((3, 3), (1, 3), (3, 3)), [123, 3, 123]),
        # A change of metre.
        (quarters((2, 2), (3, 3), (3, 3), (2, 2)), [12, 123, 123, 12]),
        # Two bars without a line between.
        (quarters((6, 3), (3, 3)), [123, 123, 123]),
        (quarters((2, 3)), [12]),
        ([*quarters((3, 3)), (Fraction(2), None), *quarters((3, 3))], [123, 0, 0, 123]),
    ],
)
def test_places_in_bars(segments, expected):
    count = int(sum(length for length, _ in segments))
    positions = positions_of(bars_of(segments), 1, count)
    assert positions.dtype == np.uint8
    assert "".join(map(str, positions)) == "".join(map(str, expected))


def test_places_in_bars_that_are_no_whole_number_of_frames():
    bars = [Bars(Fraction(0), Fraction(3, 2))]
    assert positions_of(bars, 1, 7).tolist() == [1, 2, 1, 1, 2, 1, 1]


def test_places_that_do_not_fit_a_byte():
    assert positions_of([Bars(Fraction(0), Fraction(12))], 24, 300).max() == 0
