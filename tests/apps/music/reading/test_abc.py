"""Tunes in ABC notation."""

import numpy as np
import pytest

from apps.music.piece import Note
from apps.music.reading.abc import read_abc
from apps.music.reading.chords import pitches_of
from apps.music.reading.midi import read_midi
from gated.errors import BadData

HEADER = "X:1\nT:A tune\nM:4/4\nL:1/4\nK:C\n"


@pytest.fixture
def read(tmp_path):
    """Reads a tune, and gives it as pitches and lengths in quarters of the notes in order."""

    def read(text, grid=12):
        path = tmp_path / "x.abc"
        path.write_text(text, encoding="utf-8")
        pieces, problems = read_abc(path, grid)
        assert not problems
        return pieces[0]

    return read


@pytest.fixture
def melody(read):
    def melody(music, header=HEADER):
        notes = read(header + music + "\n").notes()
        return [(note.pitch, round(note.end - note.start, 6)) for note in notes]

    return melody


C, D, E, F, G = 60, 62, 64, 65, 67


@pytest.mark.parametrize(
    ("music", "expected"),
    [
        ("C D2 E/ F/2 G3/2", [(C, 1), (D, 2), (E, 0.5), (F, 0.5), (G, 1.5)]),
        ("C, C c c' c''", [(48, 1), (60, 1), (72, 1), (84, 1), (96, 1)]),
        ("^C C _E E =E E|C", [(61, 1), (61, 1), (63, 1), (63, 1), (64, 1), (64, 1), (60, 1)]),
        ("C>D E<F", [(C, 1.5), (D, 0.5), (E, 0.5), (F, 1.5)]),
        ("C>>D", [(C, 1.75), (D, 0.25)]),
        ("(3CDE F", [(C, 0.666667), (D, 0.666667), (E, 0.666667), (F, 1)]),
        ("(3:2:2C2D", [(C, 1.333333), (D, 0.666667)]),
        ("C2-|C2 D-E", [(C, 4), (D, 1), (E, 1)]),
        ("[CEG]2 [C2E2]", [(C, 2), (E, 2), (G, 2), (C, 2), (E, 2)]),
        ('["^x"C!f!E]z2', [(C, 1), (E, 1)]),
        ("z C z2 D", [(C, 1), (D, 1)]),
        ("{d}!trill!C .D ~E \"^above\"F (G C)", [(C, 1), (D, 1), (E, 1), (F, 1), (G, 1), (C, 1)]),
        ("C % the rest\nw: words\nD \\\nE", [(C, 1), (D, 1), (E, 1)]),
        ("F [K:G] F [L:1/8] F", [(65, 1), (66, 1), (66, 0.5)]),
    ],
)  # fmt: skip
def test_notes(melody, music, expected):
    assert melody(music) == expected


@pytest.mark.parametrize(
    ("music", "letters"),
    [
        ("C|D", "CD"),
        ("C:|D", "CCD"),
        ("|:C:|D:|", "CCDD"),
        ("|:C:||:D:|", "CCDD"),
        ("C::D:|", "CCDD"),
        ("C|:D:|E", "CDDE"),
        ("|:C|1D:|2E||F", "CDCEF"),
        ("|:C[1D:|[2E||F:|", "CDCEFF"),
        ("C|[1 D:|[2 E|]|:F:|", "CDCEFF"),
        ("|:C|[1,3 D:|[2 E:|F", "CDCECDF"),
        ("C|1D:|2E||F|1G:|2C|]", "CDCEFGFC"),
        ("C d:|", "CdCd"),
    ],
)
def test_repeats(melody, music, letters):
    pitches = dict(zip("CDEFGd", (60, 62, 64, 65, 67, 74), strict=True))
    assert [pitch for pitch, _ in melody(music)] == [pitches[letter] for letter in letters]


@pytest.mark.parametrize(
    ("order", "letters"),
    [("P:AAB", "CCD"), ("Y:A2B", "CCD"), ("P:(AB)2B", "CDCDD"), ("N:", "CD")],
)
def test_parts(melody, order, letters):
    found = melody("P:A\nC|\nP:B\nD|", f"X:1\n{order}\nM:none\nL:1/4\nK:C\n")
    assert [pitch for pitch, _ in found] == [{"C": C, "D": D}[letter] for letter in letters]


@pytest.mark.parametrize(
    ("key", "pitches"),
    [
        ("C", [65, 71]),
        ("Em", [66, 71]),
        ("Gm", [65, 70]),
        ("D dorian", [65, 71]),
        ("Dmix clef=treble", [66, 71]),
        ("F#", [66, 71]),
        ("Eb", [65, 70]),
        ("C ^f", [66, 71]),
        ("none", [65, 71]),
    ],
)
def test_keys(melody, key, pitches):
    assert [pitch for pitch, _ in melody("F B", f"X:1\nL:1/4\nK:{key}\n")] == pitches


@pytest.mark.parametrize(
    ("fields", "length"),
    [("M:3/4", 0.5), ("M:2/4", 0.25), ("M:C", 0.5), ("L:1/16", 0.25), ("N:", 0.5)],
)
def test_unit(melody, fields, length):
    assert melody("C", f"X:1\n{fields}\nK:C\n") == [(C, length)]


@pytest.mark.parametrize(
    ("tempo", "expected"),
    [("1/4=90", 90), ("3/8=60", 90), ('"Slow" 1/2=40', 80), ("100", 100), ("Allegro", 120)],
)
def test_tempo(read, tempo, expected):
    assert read(f"X:1\nQ:{tempo}\nK:C\nC").tempo == expected


def test_bars(read):
    piece = read("X:1\nM:3/4\nL:1/4\nK:C\nC|:CDE|F2:|[M:2/4]CD|\n", grid=2)
    assert "".join(map(str, piece.positions)) == "56" + "1234561234" * 2 + "1234"
    assert piece.metre == (3, 4)
    assert read("X:1\nL:1/4\nK:C\nC|CDE|").positions.max() == 0


def test_voices(read):
    piece = read("X:1\nL:1/4\nM:2/4\nK:C\nV:1\nc d|\nV:2\nC2|\nV:1\ne2|\n[V:2]D2|\n")
    assert piece.notes() == [
        Note(60, 0, 2), Note(72, 0, 1), Note(74, 1, 2), Note(62, 2, 4), Note(76, 2, 4)
    ]  # fmt: skip


def test_chord_symbols_sound_until_the_next(read):
    piece = read(HEADER + 'c|"C"c2 "G7/b"d2|"Gm"e2 "Fine"e2|')
    below = [note for note in piece.notes() if note.pitch < 60]
    chords = [((36, 40, 43), 1, 3), ((43, 47, 50, 53), 3, 5), ((43, 46, 50), 5, 9)]
    assert below == [Note(pitch, *times) for pitches, *times in chords for pitch in pitches]


@pytest.mark.parametrize(
    ("symbol", "pitches"),
    [("C", (36, 40, 43)), ("Bbm", (46, 49, 53)), ("F#d", (42, 45, 48)), ("(E7)", (40, 44, 47, 50)),
     ("Am/c", (45, 48, 52)), ("D.C.", None), ("Allegro", None), ("", None)],
)  # fmt: skip
def test_chords(symbol, pitches):
    assert pitches_of(symbol) == pitches


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
    pieces, problems = read_abc(path, 4)
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
        read_abc(path, 4)


def test_latin_1(tmp_path):
    path = tmp_path / "x.abc"
    path.write_bytes("X:1\r\nT:Caf\xe9\r\nK:C\r\nC\r\n".encode("latin-1"))
    assert read_abc(path, 4)[0][0].name.endswith("tune 1 (Café)")


def test_nottingham_against_its_midi(corpora):
    """Both made from the same files, by others.

    Their MIDI files strike tied notes twice, drop the accidentals of a bar here and there, and play
    some repeats once or three times; so most tunes are to sound alike, not all.
    """
    folder = corpora / "music" / "nottingham"
    pieces, problems = [], []
    for path in sorted((folder / "ABC_cleaned").glob("*.abc")):
        found, skipped = read_abc(path, 4)
        pieces += [(path.stem, piece) for piece in found]
        problems += skipped
    assert len(pieces) == 1032
    assert [problem.split(": ")[0].split("/")[-1] for problem in problems] == [
        "jigs.abc:2236, tune 153 (Joy of the Dance)", "reelsd-g.abc:9, tune 1 (Dance All Night)"
    ]  # fmt: skip
    alike = []
    for stem, piece in pieces[::5]:
        number = piece.name.split(", tune ")[1].split()[0]
        other = read_midi(folder / "MIDI" / f"{stem}{number}.mid", 4).sounding
        other = other[np.flatnonzero(other.any(axis=1))[0] :]
        # The last chord may last to the end of its bar there.
        length = min(len(other), len(piece.frames))
        if abs(len(other) - len(piece.frames)) < 16:
            alike.append((other[:length] == piece.sounding[:length]).all(axis=1).mean())
    assert len(alike) > 0.85 * len(pieces[::5])
    assert np.median(alike) == 1
    assert np.mean(np.array(alike) > 0.9) > 0.95
