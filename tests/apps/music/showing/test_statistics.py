"""What pieces are like, and how much of one stands in others."""

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.music.reading.piece import HELD, KEYS, LOWEST, SILENT, STRUCK, Note, Piece, frames_of
from apps.music.showing.statistics import Copy, Passages, key_of, longest_copy, statistics_of

MAJOR = [0, 2, 4, 5, 7, 9, 11]


def piece_of(notes, grid=4, length=None, name="by hand"):
    frames = frames_of(notes, grid, length)
    return Piece(name, frames, np.zeros(len(frames), "uint8"), grid)


def melody(pitches, first=0, name="by hand"):
    return piece_of([Note(p, first + i, first + i + 1) for i, p in enumerate(pitches)], name=name)


def test_statistics_of_a_scale():
    found = statistics_of([melody([60 + step for step in [*MAJOR, 12]])])
    assert found.notes_per_quarter == 1
    assert found.sounding == 1
    assert found.in_key == 1
    shares = [2 / 8 if c == 0 else 1 / 8 if c in MAJOR else 0 for c in range(12)]
    assert found.pitch_classes == pytest.approx(shares)


def test_statistics_count_pieces_by_their_length_in_quarters():
    chord = piece_of([Note(p, 0, 3) for p in (60, 64, 67)], grid=12)
    silence = piece_of([], grid=4, length=4)
    found = statistics_of([chord, silence])
    assert found.notes_per_quarter == 3 / 4
    assert found.sounding == 9 / 4
    assert found.pitch_classes[4] == pytest.approx(1 / 3)
    assert found.in_key == 1


def test_a_note_struck_again_counts_again_but_sounds_as_long():
    found = statistics_of([piece_of([Note(60, 0, 1), Note(60, 1, 2)])])
    assert (found.notes_per_quarter, found.sounding) == (1, 1)


def test_share_in_key_is_of_each_pieces_own_key():
    in_c = melody([60 + step for step in [*MAJOR, 12, 7, 4, 0]])
    in_e = melody([64 + step for step in [*MAJOR, 12, 7, 4, 0]])
    assert statistics_of([in_c, in_e]).in_key == 1
    with_a_wrong_note = melody([60 + step for step in [*MAJOR, 12, 7, 4, 0, 6]])
    assert statistics_of([with_a_wrong_note]).in_key == pytest.approx(11 / 12)


@pytest.mark.parametrize("tonic", range(12))
def test_keys(tonic):
    major = [48 + tonic + step for step in [*MAJOR, 12, 7, 4, 0]]
    minor = [48 + tonic + step for step in [0, 2, 3, 5, 7, 8, 11, 12, 10, 8, 7, 3, 0]]
    assert key_of(melody(major)) == (tonic, False)
    assert key_of(melody(minor)) == (tonic, True)
    assert statistics_of([melody(minor)]).in_key == 1


def test_names_of_keys():
    assert str(key_of(melody([57, 59, 60, 62, 64, 65, 68, 69, 64, 60, 57]))) == "A minor"
    assert str(key_of(melody([63 + step for step in [*MAJOR, 7, 4, 0]]))) == "E♭ major"


def test_statistics_of_silence_and_of_nothing():
    silence = piece_of([], length=8)
    found = statistics_of([silence])
    assert (found.notes_per_quarter, found.sounding, found.in_key) == (0, 0, 0)
    assert found.pitch_classes == (0.0,) * 12
    assert key_of(silence) is None
    assert key_of(melody(range(60, 72))) is None
    for nothing in ([], [piece_of([])]):
        with pytest.raises(ValueError, match="statistics of nothing"):
            statistics_of(nothing)


TUNE = [60, 62, 64, 65, 67, 64, 60, 72, 59]


def test_a_copy_is_found_wherever_and_however_high():
    other = melody([50, 51, 50, 49], name="other")
    source = melody([40, 80, *(p + 7 for p in TUNE), 41, 41], name="source")
    tune = melody([90, *TUNE, 91], first=3)
    assert longest_copy(tune, Passages([other, source, other])) == Copy(
        name="source",
        start=4 * 4,
        source_start=2 * 4,
        frames=9 * 4,
        quarters=9.0,
        changes=8,
        semitones=-7,
    )


def test_of_equal_copies_the_first_is_named():
    sources = [melody(TUNE, name="one"), melody(TUNE, name="two")]
    assert longest_copy(melody(TUNE), Passages(sources)).name == "one"


def test_a_wrong_note_cuts_a_copy_in_two():
    changed = [*TUNE[:5], 66, *TUNE[6:]]
    found = longest_copy(melody(changed), Passages([melody(TUNE)]))
    assert (found.start, found.frames, found.changes) == (0, 20, 4)


def test_lengths_of_notes_count():
    slow = piece_of([Note(p, 2 * i, 2 * i + 2) for i, p in enumerate(TUNE)])
    found = longest_copy(melody(TUNE), Passages([slow]))
    assert (found.changes, found.frames) == (1, 8)


def test_strokes_do_not_count():
    tied = piece_of([Note(60, 0, 2), Note(62, 2, 3)])
    struck = piece_of([Note(60, 0, 1), Note(60, 1, 2), Note(62, 2, 3)])
    assert longest_copy(tied, Passages([struck])).frames == 12


def test_neither_silence_nor_a_chord_that_lasts_is_a_copy():
    chord = piece_of([Note(p, 0, 50) for p in (48, 55, 64)], length=300)
    other = piece_of([Note(p, 20, 60) for p in (50, 57, 66)], length=300)
    assert longest_copy(chord, Passages([other])) is None
    # A few notes are more of a copy than a chord is.
    tail = [Note(p, 60 + i, 61 + i) for i, p in enumerate(TUNE[:4])]
    with_notes = piece_of([*(Note(p, 0, 50) for p in (48, 55, 64)), *tail])
    with_both = piece_of([*(Note(p, 0, 50) for p in (50, 57, 66)), *tail])
    found = longest_copy(with_notes, Passages([with_both, melody([])]))
    assert (found.frames, found.changes, found.semitones) == (16, 3, 0)


def test_a_copy_may_hold_silence_but_not_begin_or_end_with_it():
    notes = [Note(60, 2, 3), Note(64, 5, 6)]
    found = longest_copy(
        piece_of(notes, length=40),
        Passages([piece_of([Note(n.pitch + 1, n.start + 1, n.end + 1) for n in notes], length=40)]),
    )
    assert (found.start, found.source_start, found.frames, found.changes) == (8, 12, 16, 2)
    # Over a silence the interval counts too.
    wider = [Note(60, 2, 3), Note(65, 5, 6)]
    assert longest_copy(piece_of(notes), Passages([piece_of(wider)])) is None


def test_no_training_pieces_no_frames_other_grids():
    tune = melody(TUNE)
    assert longest_copy(tune, Passages([])) is None
    assert longest_copy(tune, Passages([melody([])])) is None
    assert longest_copy(melody([]), Passages([tune])) is None
    with pytest.raises(ValueError, match="grid"):
        longest_copy(tune, Passages([piece_of([Note(60, 0, 1)], grid=12)]))
    with pytest.raises(ValueError, match="grid"):
        Passages([tune, piece_of([Note(60, 0, 1)], grid=12)])


def copies(piece, training):
    """All common passages that begin and end with sound: changes, frames and places."""
    sounding = piece.sounding.astype(int)
    for number, other in enumerate(training):
        there = other.sounding.astype(int)
        for i in range(len(sounding)):
            for j in range(len(there)):
                if not (sounding[i].any() and there[j].any()):
                    continue
                shift = sounding[i].argmax() - there[j].argmax()
                changes = 0
                for n in range(min(len(sounding) - i, len(there) - j)):
                    if set(np.flatnonzero(sounding[i + n])) != {
                        key + shift for key in np.flatnonzero(there[j + n])
                    }:
                        break
                    changes += n > 0 and (sounding[i + n] != sounding[i + n - 1]).any()
                    if sounding[i + n].any() and changes:
                        yield changes, n + 1, number, i, j, shift


def drawn_piece(low):
    # Few shapes and pitches, so that much is in common, by way of silence too.
    chords = st.sampled_from([(), (0,), (1,), (2,), (0, 2), (1, 3)])

    def build(drawn):
        frames = np.zeros((len(drawn), KEYS), "uint8")
        for t, (chord, kind) in enumerate(drawn):
            frames[t, [low + key for key in chord]] = kind
        return Piece(f"from {low}", frames, np.zeros(len(drawn), "uint8"))

    frame = st.tuples(chords, st.sampled_from([HELD, STRUCK]))
    return st.lists(frame, max_size=14).map(build)


@settings(max_examples=300, deadline=None)
@given(drawn_piece(0), st.lists(st.one_of(drawn_piece(5), drawn_piece(84)), max_size=3))
def test_no_copy_is_longer_than_the_longest(piece, training):
    every = {(changes, frames): [] for changes, frames, *_ in copies(piece, training)}
    for changes, frames, *where in copies(piece, training):
        every[changes, frames].append(tuple(where))
    found = longest_copy(piece, Passages(training))
    if not every:
        assert found is None
        return
    longest = max(every)
    assert (found.changes, found.frames) == longest
    assert found.quarters == found.frames / 4
    assert any(
        (training[number].name, i, j, shift)
        == (found.name, found.start, found.source_start, found.semitones)
        for number, i, j, shift in every[longest]
    )


def test_a_corpus_is_quickly_searched():
    drawn = np.random.default_rng(0)

    def walk(name):
        pitches = np.clip(60 + drawn.integers(-2, 3, 120).cumsum(), LOWEST, 108)
        return piece_of(
            [Note(int(p), i / 2, (i + 1) / 2) for i, p in enumerate(pitches)], name=name
        )

    training = [walk(str(number)) for number in range(700)]
    tunes = [walk("tune") for _ in range(10)]
    assert all((tune.frames != SILENT).sum() == 240 for tune in tunes)
    start = time.process_time()
    passages = Passages(training)
    assert all(longest_copy(tune, passages).changes > 3 for tune in tunes)
    assert time.process_time() - start < 15
