"""Files of tunes in ABC notation."""

import numpy as np
import pytest

from apps.music.reading.abc import read_abc
from apps.music.reading.midi import read_midi
from gated.errors import BadData


def test_music21_reads_the_same_melody(read):
    """A tune with a pickup, endings, accidentals, a triplet, ties and a change of key."""
    from music21 import converter

    text = (
        "X:1\nT:x\nM:6/8\nL:1/8\nK:D\nA|:d3 ^ged|=c2d- d3|(3efg a2 g|[1 f3 d3:|[2 f3 d2 A||\n"
        "K:Em\n|:B>c^d efg|a2f =f2e|_e2d d3:|\n"
    )
    reader = converter.Converter()
    reader.parseData(text, format="abc")
    notes = reader.stream.expandRepeats().flatten().stripTies().notes
    found = [(n.pitch.midi, float(n.offset), float(n.offset + n.quarterLength)) for n in notes]
    assert np.allclose(read(text).notes(), found)


def test_errors_cost_only_their_tune(tmp_path):
    tunes = {
        "fine": "M:3/4\nK:C\nCDE|",
        "a chord without end": "K:C\nCDE|[CE|F",
        "a part that is not there": "P:AB\nK:C\nP:A\nC",
        "no notes": "K:C\nz4|",
        "no key": "M:3/4\nCDE|",
        "an unknown key": "K:H moll\nC",
        "metre": "M:3/\nK:C\nC",
        "length": "L:1/0\nK:C\nC",
        "endless": "K:C\nC999999999",
        "many parts": "P:((A99)99)99\nK:C\nP:A\nC",
        "fine again": "K:C\nC",
    }
    path = tmp_path / "x.abc"
    path.write_text("\n\n".join(f"X:{i}\nT:{t}\n{m}" for i, (t, m) in enumerate(tunes.items(), 1)))
    problems = []
    pieces = list(read_abc(path, 4, problems))
    assert [piece.name for piece in pieces] == [
        f"{path}, tune 1 (fine)", f"{path}, tune 11 (fine again)"
    ]  # fmt: skip
    assert problems == [
        f"{path}:10, tune 2 (a chord without end): `[CE|F` is not understood",
        f"{path}:17, tune 3 (a part that is not there): part B is to be played, but there is none",
        f"{path}, tune 4 (no notes): no notes",
        f"{path}:27, tune 5 (no key): music before the key; a header ends with K:",
        f"{path}:31, tune 6 (an unknown key): K:H moll, expected a key such as Am",
        f"{path}:36, tune 7 (metre): M:3/, expected a metre such as 3/4",
        f"{path}:42, tune 8 (length): `1/0`, expected a fraction such as 1/8",
        f"{path}:49, tune 9 (endless): a note longer than any piece that is read",
        f"{path}:56, tune 10 (many parts): more than 100 parts to play",
    ]


def test_files_that_are_no_tunes(tmp_path):
    path = tmp_path / "x.abc"
    path.write_text("no tune at all\n")
    with pytest.raises(BadData, match=r"x\.abc: no tunes, expected lines that start with X:$"):
        list(read_abc(path, 4, []))


def test_what_is_before_the_first_tune_holds_for_all(tmp_path):
    path = tmp_path / "x.abc"
    path.write_text(
        "%abc-2.1\nM:3/4\nL:1/4\nQ:1/4=60\n%%propagate-accidentals not\nM:any text\n\n"
        "Some text.\nL:1/2\n\nX:1\nK:C\n^F F|\n\nL:1/16\n\nX:2\nM:2/4\nL:1/8\nQ:90\nK:C\nC4\n"
    )
    problems = []
    first, second = read_abc(path, 4, problems)
    assert not problems
    assert [(note.pitch, note.end - note.start) for note in first.notes()] == [(66, 2), (65, 2)]
    assert (first.tempo, first.metre) == (60, (3, 4))
    assert [note.end for note in second.notes()] == [2]
    assert (second.tempo, second.metre) == (45, (2, 4))


def test_what_is_passed_over_is_said_once_a_kind(tmp_path):
    path = tmp_path / "x.abc"
    path.write_text("X:1\nm:~n3 = n{o}n\nK:C\nC?D|\nE?\n\nX:2\nT:B\nK:C\n@C?[+DE]|\n")
    problems, remarks = [], []
    first, second = read_abc(path, 4, problems, remarks)
    assert not problems
    assert [note.pitch for note in first.notes() + second.notes()] == [60, 62, 64, 60, 62, 64]
    assert remarks == [
        f"{path}:2, tune 1: a macro (m:), passed over",
        f"{path}:4, tune 1: `?` in the music, passed over; 3 times in this file",
        f"{path}:10, tune 2 (B): `@` in the music, passed over",
        f"{path}:10, tune 2 (B): `+` in a chord, passed over",
    ]


def test_latin_1(tmp_path):
    path = tmp_path / "x.abc"
    path.write_bytes("X:1\r\nT:Caf\xe9\r\nK:C\r\nC\r\n".encode("latin-1"))
    assert next(read_abc(path, 4, [])).name.endswith("tune 1 (Café)")


@pytest.mark.slow
def test_nottingham_against_its_midi(corpora):
    """Both made from the same files, by others.

    Their MIDI files strike tied notes twice, drop the accidentals of a bar here and there, play
    some repeats once or three times, and some from the start where a double bar stands; so most
    tunes are to sound alike, not all.
    """
    folder = corpora / "music" / "nottingham"
    pieces, problems = [], []
    for path in sorted((folder / "ABC_cleaned").glob("*.abc")):
        pieces += [(path.stem, piece) for piece in read_abc(path, 4, problems)]
    assert len(pieces) == 1033
    assert [problem.split(": ")[0].split("/")[-1] for problem in problems] == [
        "jigs.abc:2236, tune 153 (Joy of the Dance)"
    ]
    alike = []
    for stem, piece in pieces:
        number = piece.name.split(", tune ")[1].split()[0]
        other = read_midi(folder / "MIDI" / f"{stem}{number}.mid", 4).sounding
        other = other[np.flatnonzero(other.any(axis=1))[0] :]
        # The last chord may last to the end of its bar there.
        length = min(len(other), len(piece.frames))
        if abs(len(other) - len(piece.frames)) < 16:
            alike.append((other[:length] == piece.sounding[:length]).all(axis=1).mean())
    assert len(alike) > 0.85 * len(pieces)
    assert np.median(alike) == 1
    assert np.mean(np.array(alike) > 0.9) > 0.94
