"""MIDI files: those that we write, read by others and by us, and those of others."""

from fractions import Fraction

import mido
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mido import Message, MetaMessage

from apps.music.reading.bars import Bars, positions_of
from apps.music.reading.midi import read_midi
from apps.music.reading.piece import Note, Piece, frames_of
from apps.music.showing.midi import write_midi
from gated.errors import BadData
from tests.apps.music.reading.test_piece import melodies

METRES = [(4, 4), (3, 4), (6, 8), (2, 2), (12, 8), (5, 4), (9, 8)]


@st.composite
def pieces(draw):
    grid = draw(st.sampled_from([2, 4, 6, 7, 12, 24]))
    notes = draw(melodies(grid).filter(bool))
    frames = frames_of(notes, grid)
    metre = draw(st.sampled_from([None, *METRES]))
    positions = np.zeros(len(frames), "uint8")
    if metre:
        bar = Fraction(4 * metre[0], metre[1])
        missing = draw(st.sampled_from([Fraction(0), bar - Fraction(1, 2)]))
        positions = positions_of([Bars(Fraction(0), bar, missing)], grid, len(frames))
    return Piece("x", frames, positions, grid, draw(st.sampled_from([60, 96.5, 120, 177])), metre)


@given(piece=pieces())
def test_read_what_was_written(piece, tmp_path_factory):
    path = tmp_path_factory.getbasetemp() / "written.mid"
    write_midi(piece, path)
    read = read_midi(path, piece.grid)
    assert (read.frames == piece.frames).all()
    assert (read.name, read.grid, read.tempo) == (str(path), piece.grid, piece.tempo)
    assert read.metre == piece.metre
    if piece.metre is None or piece.positions[0] == 1:
        assert (read.positions == piece.positions).all()


def test_a_pickup_keeps_its_place(tmp_path):
    frames = frames_of([Note(60, i, i + 1) for i in range(9)], 4)
    positions = ((np.arange(36) + 12) % 16 + 1).astype("uint8")
    write_midi(Piece("x", frames, positions, 4, 120, (4, 4)), tmp_path / "x.mid")
    read = read_midi(tmp_path / "x.mid", 4)
    assert (read.positions == positions).all()
    assert read.metre == (4, 4)


def test_a_change_of_metre_keeps_its_place(tmp_path):
    frames = frames_of([Note(60, i, i + 1) for i in range(11)], 4)
    positions = np.concatenate([np.arange(1, n + 1) for n in (16, 12, 12, 4)]).astype("uint8")
    write_midi(Piece("x", frames, positions, 4, 120, (4, 4)), tmp_path / "x.mid")
    assert (read_midi(tmp_path / "x.mid", 4).positions == positions).all()


def test_music21_reads_what_was_written(tmp_path):
    from music21 import converter

    notes = [Note(60, 0.0, 1.5), Note(64, 1.5, 3.0), Note(64, 3.0, 3.5), Note(72, 3.5, 6.0)]
    bars = (np.arange(24) % 12 + 1).astype("uint8")
    write_midi(Piece("x", frames_of(notes, 4), bars, 4, 90, (3, 4)), tmp_path / "x.mid")
    # Not converter.parse, which leaves a pickle in the temporary folder.
    reader = converter.Converter()
    reader.parseFileNoPickle(tmp_path / "x.mid")
    score = reader.stream.flatten()
    found = [
        (n.pitch.midi, float(n.offset), float(n.quarterLength)) for n in score.stripTies().notes
    ]
    assert found == [(pitch, start, end - start) for pitch, start, end in notes]
    assert score.getElementsByClass("MetronomeMark").first().getQuarterBPM() == 90
    assert score.getElementsByClass("TimeSignature").first().ratioString == "3/4"


def write(path, *tracks, ticks=96, kind=1):
    """Writes events, given with the ticks at which they are."""
    file = mido.MidiFile(type=kind, ticks_per_beat=ticks)
    for events in tracks:
        now, track = 0, mido.MidiTrack()
        for tick, event in events:
            track.append(event.copy(time=tick - now))
            now = tick
        file.tracks.append(track)
    file.save(path)
    return path


def sound(note, start, end, channel=0):
    on = Message("note_on", note=note, channel=channel)
    return [(start, on), (end, Message("note_off", note=note, channel=channel))]


def test_tempo_changes_do_not_move_notes(tmp_path):
    tempos = [
        (tick, MetaMessage("set_tempo", tempo=t)) for tick, t in ((0, 750_000), (96, 400_000))
    ]
    path = write(tmp_path / "x.mid", tempos, sound(60, 0, 96) + sound(62, 96, 192))
    read = read_midi(path, 4)
    assert read.notes() == [Note(60, 0, 1), Note(62, 1, 2)]
    assert (read.tempo, read.metre, read.positions.max()) == (80, None, 0)


def test_drums_and_keys_that_a_piano_lacks(tmp_path):
    track = sound(60, 0, 96) + sound(36, 96, 99, channel=9) + sound(110, 99, 100)
    remarks = []
    read = read_midi(write(tmp_path / "x.mid", track), 4, remarks)
    assert read.notes() == [Note(60, 0, 1)]
    assert remarks == [f"{tmp_path / 'x.mid'}: 1 note outside the 88 keys of a piano left out"]


def test_ends_of_notes(tmp_path):
    """By a note of no loudness, by that of the same pitch begun first, or not at all."""
    soft = Message("note_on", note=60, velocity=0)
    on = Message("note_on", note=60)
    events = [(0, on), (96, on), (192, soft), (288, soft), (288, Message("note_on", note=72))]
    path = write(tmp_path / "x.mid", [*events, (480, MetaMessage("end_of_track"))])
    assert read_midi(path, 1).notes() == [Note(60, 0, 1), Note(60, 1, 3), Note(72, 3, 5)]


def test_changes_of_metre(tmp_path):
    metres = [
        (tick, MetaMessage("time_signature", numerator=over, denominator=4))
        for tick, over in ((0, 4), (4 * 96, 3))
    ]
    read = read_midi(write(tmp_path / "x.mid", metres, sound(60, 0, 960)), 1)
    assert read.positions.tolist() == [1, 2, 3, 4, 1, 2, 3, 1, 2, 3]
    assert read.metre == (4, 4)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "damaged, or not a MIDI file"),
        (b"no MIDI at all, but a text", "damaged, or not a MIDI file"),
        (b"MThd\0\0\0\6\0\1\0\1\0\x60MTrk\0\0\1\0\0\x90", "damaged, or not a MIDI file"),
        (b"MThd\0\0\0\6\0\1\0\1\xe7\x28MTrk\0\0\0\4\0\xff\x2f\0", "times in frames of film"),
    ],
)
def test_damaged_files(tmp_path, content, problem):
    path = tmp_path / "x.mid"
    path.write_bytes(content)
    with pytest.raises(BadData) as error:
        read_midi(path, 4)
    assert str(error.value).startswith(f"{path}: {problem}")
    assert "\n" not in str(error.value)


def chunk(name, body, length=None):
    return name + (len(body) if length is None else length).to_bytes(4) + body


def midi(*chunks, kind=1, count=1, ticks=96):
    """A file of chunks as they are, after a header."""
    header = b"".join(number.to_bytes(2) for number in (kind, count, ticks))
    return chunk(b"MThd", header) + b"".join(chunks)


END = b"\0\xff\x2f\0"
C4 = b"\0\x90\x3c\x50\x60\x80\x3c\x40"  # a quarter
D4 = b"\0\x90\x3e\x50\x60\x80\x3e\x40"
C = chunk(b"MTrk", C4 + END)
D = chunk(b"MTrk", D4 + END)


@pytest.mark.parametrize(
    ("begins", "damage"),
    [
        # Out of range where nothing is read from it: a volume, a bend, a loudness.
        (b"\0\xb0\x07\xff", "1 byte above 127 read as 127"),
        (b"\0\xe0\xff\xff", "2 bytes above 127 read as 127"),
        (b"\0\x99\x3c\xff", "1 byte above 127 read as 127"),
        # Eight sharps; a key of no bytes, an offset of one; of a maker 128 bytes, an exclusive one.
        (b"\0\xff\x59\2\x08\0", None),
        (b"\0\xff\x59\0\0\xff\x54\1\xff", None),
        (b"\0\xff\x7f\x81\0" + 128 * b"\xff", None),
        (b"\0\xf0\2\x43\xf7\0\xf2\1\1\0\xf6", None),
        (b"\0\xff\x51\2\7\xa1", "1 tempo or metre passed over"),
        (b"\0\xff\x58\1\3\0\xff\x58\4\3\x63\1\1", "2 tempos or metres passed over"),
    ],
)
def test_events_of_every_kind(tmp_path, begins, damage):
    path = tmp_path / "x.mid"
    path.write_bytes(midi(chunk(b"MTrk", begins + C4 + END + D4)))
    remarks = []
    read = read_midi(path, 4, remarks)
    assert (read.notes(), read.tempo, read.metre) == ([Note(60, 0, 1)], 120, None)
    assert remarks == ([f"{path}: {damage}"] if damage else [])


def test_running_status(tmp_path):
    """Through a meta event too, as in files of old programs."""
    path = tmp_path / "x.mid"
    path.write_bytes(midi(chunk(b"MTrk", b"\0\x90\x3c\x50\0\xff\1\1x\x60\x3c\0\0\x3e\x50" + END)))
    assert read_midi(path, 1).notes() == [Note(60, 0, 1), Note(62, 1, 2)]


@pytest.mark.parametrize(
    ("content", "pitches", "damage"),
    [
        # Chunks that are no tracks, a header that is longer than it was, what is before and after.
        (midi(chunk(b"XFIH", b"\0\xff"), C, chunk(b"XFKM", b"")), [60],
         "1 chunk XFIH passed over; 1 chunk XFKM passed over"),
        (chunk(b"MThd", b"\0\1\0\1\0\x60more") + C, [60], None),
        (chunk(b"RIFF", b"RMIDdata\0\0\0\0" + midi(C)), [60], None),
        (midi(C) + b"\0\0\0", [60], None),
        (midi(C) + b"\x1a" * 100, [60], None),
        # Cut off: within an event, between two, in another track.
        (midi(C, chunk(b"MTrk", D4[:-1], 99), count=2), [60, 62],
         "track 2 ends within an event, at its byte 4"),
        (midi(C, chunk(b"MTrk", D4[:4], 99), count=2), [60, 62], "track 2 is shorter than it says"),
        (midi(C, D, count=3), [60, 62], "2 of 3 tracks there"),
        (midi(C, b"MTrk\0", count=2), [60], "1 of 2 tracks there"),
        # Lengths that are wrong, and bytes that are no event.
        (midi(chunk(b"MTrk", C4 + END, 2**31), D, count=2), [60, 62],
         "track 1 is shorter than it says"),
        (midi(chunk(b"MTrk", C4 + END, 9), D, count=2), [60, 62],
         "track 1 ends within an event, at its byte 8"),
        (midi(chunk(b"MTrk", b"\0\x3c\x50"), D, count=2), [62],
         "track 1 has no event at its byte 0, where it was left"),
        # A time of thousands of bits.
        (midi(chunk(b"MTrk", C4 + b"\xff" * 500 + b"\1\x90\x3c\x50")), [60],
         "track 1 ends within an event, at its byte 8"),
    ],
)  # fmt: skip
def test_what_is_there_is_read(tmp_path, content, pitches, damage):
    path = tmp_path / "x.mid"
    path.write_bytes(content)
    remarks = []
    assert [note.pitch for note in read_midi(path, 4, remarks).notes()] == pitches
    assert remarks == ([f"{path}: {damage}"] if damage else [])


def test_a_metre_of_two_bytes(tmp_path):
    path = tmp_path / "x.mid"
    path.write_bytes(midi(chunk(b"MTrk", b"\0\xff\x58\2\3\2" + C4 + END)))
    assert read_midi(path, 4).metre == (3, 4)


def test_patterns_are_played_one_after_the_other(tmp_path):
    """Each up to its own end, silence before which is its own too."""
    path = tmp_path / "x.mid"
    path.write_bytes(midi(chunk(b"MTrk", C4 + b"\x60\xff\x2f\0"), D, kind=2, count=2))
    assert read_midi(path, 4).notes() == [Note(60, 0, 1), Note(62, 2, 3)]
    path.write_bytes(midi(C, D, kind=1, count=2))
    assert read_midi(path, 4).notes() == [Note(60, 0, 1), Note(62, 0, 1)]


def test_files_cut_off_anywhere(tmp_path):
    """Either what is there is read, or one clear line says that it is not."""
    whole = write(tmp_path / "whole.mid", sound(60, 0, 96) + sound(62, 96, 192)).read_bytes()
    for size in range(len(whole)):
        (tmp_path / "x.mid").write_bytes(whole[:size])
        try:
            read_midi(tmp_path / "x.mid", 4)
        except BadData as error:
            assert str(error).startswith(f"{tmp_path / 'x.mid'}: ")


def test_nothing_but_drums(tmp_path):
    path = write(tmp_path / "x.mid", sound(36, 0, 96, channel=9))
    with pytest.raises(BadData, match=r"x\.mid: no notes$"):
        read_midi(path, 4)


def test_ten_hours(tmp_path):
    path = write(tmp_path / "x.mid", sound(60, 0, 96) + sound(60, 96 * 72_000, 96 * 72_001))
    with pytest.raises(BadData, match=r"72,001 quarters long, more than the 25,000"):
        read_midi(path, 4)
