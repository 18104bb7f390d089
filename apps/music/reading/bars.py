"""The bars of a piece, and the number of each frame in its bar."""

from collections.abc import Iterable
from fractions import Fraction
from typing import NamedTuple

import numpy as np


class Bars(NamedTuple):
    """Bars of one length, one after the other, up to the next `Bars`; in quarters."""

    start: Fraction
    length: Fraction | None  # None: no bars are known from here on
    #: How much of the first bar is missing, as before a pickup.
    missing: Fraction = Fraction(0)


def positions_of(bars: Iterable[Bars], grid: int, count: int) -> np.ndarray:
    """The number of each frame in its bar, from 1; 0 before the first bar.

    0 as well in bars of more than 255 frames, whose numbers the eight bits of a position do not
    hold.

    Returns:
        uint8 [count].
    """
    positions = np.zeros(count, "uint8")
    bars = list(bars)
    ends = [min(count, round(after.start * grid)) for after in bars[1:]]
    for (start, length, missing), end in zip(bars, [*ends, count], strict=False):
        first = min(count, round(start * grid))
        if length is None:
            continue
        # In units in which a frame and a bar both are whole.
        unit = (length * grid).denominator
        bar = int(length * grid * unit)
        offset = round(missing * grid * unit)
        places = (np.arange(end - first) * unit + offset) % bar // unit
        positions[first:end] = places + 1 if bar <= 255 * unit else 0
    return positions


def bars_of(segments: Iterable[tuple[Fraction, Fraction | None]]) -> list[Bars]:
    """Bars as written, some of them short, as bars whose frames have their numbers.

    A short bar is a pickup, or the part of a bar before or after a repeat sign. It goes on with
    the one before if that was short too. Else it is the end of a bar if it begins the piece, or is
    half a bar or less and a whole bar follows; and the beginning of one if not.

    Args:
        segments: of each written bar its length, and that which the metre asks for, in quarters;
            None if no metre is known.
    """
    written = [(length, whole) for length, whole in segments if length > 0]
    bars: list[Bars] = []
    start = place = Fraction(0)
    for i, (length, whole) in enumerate(written):
        if whole is None:
            place = Fraction(0)
        else:
            if length >= whole or place + length > whole:
                place = Fraction(0)
            if length < whole and not place and i + 1 < len(written):
                next_length, next_whole = written[i + 1]
                pickup = 2 * length <= whole and (next_whole is None or next_length >= next_whole)
                if i == 0 or pickup:
                    place = whole - length
        if not (bars and _goes_on(bars[-1], start, whole, place)):
            bars.append(Bars(start, whole, place))
        start += length
        if whole:
            place = (place + length) % whole
    return bars


def _goes_on(bars: Bars, start: Fraction, length: Fraction | None, missing: Fraction) -> bool:
    if bars.length is None or bars.length != length:
        return bars.length == length
    return (start - bars.start + bars.missing) % length == missing
