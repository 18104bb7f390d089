"""A piece as frames and as notes, the one against the other."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.music.reading.piece import (
    HELD,
    KEYS,
    LONGEST,
    LOWEST,
    SILENT,
    STRUCK,
    Note,
    Piece,
    frames_of,
    make_piece,
)
from gated.errors import BadData


@st.composite
def melodies(draw, grid=4):
    """Notes on the grid; those of one pitch do not overlap."""
    notes = []
    for pitch in draw(st.sets(st.integers(LOWEST, LOWEST + KEYS - 1), min_size=1, max_size=5)):
        lengths = draw(st.lists(st.tuples(st.integers(0, 5), st.integers(1, 9)), max_size=6))
        now = 0
        for rest, length in lengths:
            notes.append(Note(pitch, (now + rest) / grid, (now + rest + length) / grid))
            now += rest + length
    return sorted(notes, key=lambda note: (note.start, note.pitch))


def piece(frames, grid=4):
    return Piece("x", frames, np.zeros(len(frames), "uint8"), grid)


@given(melodies())
def test_notes_to_frames_and_back(notes):
    frames = frames_of(notes, grid=4)
    assert frames.shape == (round(4 * max((note.end for note in notes), default=0)), KEYS)
    assert piece(frames).notes() == notes
    assert (piece(frames).sounding == (frames != SILENT)).all()


@given(melodies(), st.integers(0, 80))
def test_frames_to_notes_and_back(notes, length):
    frames = frames_of(notes, 4, length)
    assert len(frames) == length
    again = frames_of(piece(frames).notes(), 4, length)
    assert (again == frames).all()


def test_frames_where_strikes_are_not_known():
    frames = np.zeros((6, KEYS), "uint8")
    frames[1:4, 39] = HELD
    assert piece(frames).notes() == [Note(60, 0.25, 1.0)]


def test_overlapping_notes_of_a_pitch_are_struck_again():
    frames = frames_of([Note(60, 0, 2), Note(60, 1, 1.5)], grid=2)
    assert frames[:, 39].tolist() == [STRUCK, HELD, STRUCK, HELD]


def test_short_notes_and_keys_that_a_piano_lacks():
    frames = frames_of([Note(60, 0.26, 0.3), Note(20, 0, 1), Note(109, 0, 1)], grid=4)
    assert frames.shape == (4, KEYS)
    assert np.argwhere(frames).tolist() == [[1, 39]]


def test_what_is_no_piece():
    with pytest.raises(BadData, match=r"^x: no notes$"):
        make_piece("x", [], [], 4, 120, None)
    with pytest.raises(BadData, match=r"^x: no notes on the 88 keys of a piano$"):
        make_piece("x", [Note(5, 0, 1)], [], 4, 120, None)
    with pytest.raises(BadData, match=r"^x: 36,000 quarters long, more than the 25,000"):
        make_piece("x", [Note(60, 35_999, 36_000)], [], 4, 120, None)
    assert len(make_piece("x", [Note(60, 0, LONGEST)], [], 1, 120, None).frames) == LONGEST
