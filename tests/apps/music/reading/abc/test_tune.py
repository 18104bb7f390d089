"""The music of a tune in ABC notation, and its fields."""

import pytest

from apps.music.reading.abc.chords import pitches_of
from apps.music.reading.piece import Note

C, D, E, F, G = 60, 62, 64, 65, 67


@pytest.mark.parametrize(
    ("music", "expected"),
    [
        ("C D2 E/ F/2 G3/2", [(C, 1), (D, 2), (E, 0.5), (F, 0.5), (G, 1.5)]),
        ("C, C c c' c''", [(48, 1), (60, 1), (72, 1), (84, 1), (96, 1)]),
        ("^C C _E E =E E|C", [(61, 1), (61, 1), (63, 1), (63, 1), (64, 1), (64, 1), (60, 1)]),
        ("C>D E<F", [(C, 1.5), (D, 0.5), (E, 0.5), (F, 1.5)]),
        ("C>>D", [(C, 1.75), (D, 0.25)]),
        ("(3CDE F", [(C, 2 / 3), (D, 2 / 3), (E, 2 / 3), (F, 1)]),
        ("(3:2:2C2D", [(C, 4 / 3), (D, 2 / 3)]),
        ("C2-|C2 D-E", [(C, 4), (D, 1), (E, 1)]),
        ("[CEG]2 [C2E2]", [(C, 2), (E, 2), (G, 2), (C, 2), (E, 2)]),
        ('["^x"C!f!E]z2', [(C, 1), (E, 1)]),
        ("z C z2 D", [(C, 1), (D, 1)]),
        ("{d}!trill!C .D ~E \"^above\"F (G C)", [(C, 1), (D, 1), (E, 1), (F, 1), (G, 1), (C, 1)]),
        ("C % the rest\nw: words\nD \\\nE", [(C, 1), (D, 1), (E, 1)]),
        ("F [K:G] F [L:1/8] F", [(65, 1), (66, 1), (66, 0.5)]),
        # An accidental is of all octaves, up to the bar line.
        ("^F f F, | f", [(66, 1), (78, 1), (54, 1), (77, 1)]),
        ("[I:propagate-accidentals octave] ^F F f", [(66, 1), (66, 1), (77, 1)]),
        ("C\n%%propagate-accidentals not\n^F F", [(60, 1), (66, 1), (65, 1)]),
        # A tie carries it over the line, for the note that is tied alone.
        ("^F4-|F4|F", [(66, 8), (65, 1)]),
        ("^F2-|F F|", [(66, 3), (65, 1)]),
        ("^F-|=F|^F-|f", [(66, 1), (65, 1), (66, 1), (77, 1)]),
        ("[C^F]2-|[CF]F", [(60, 3), (66, 3), (65, 1)]),
        ("^F-|\\\n[K:C]F", [(66, 2)]),
        ("^F2 -|F", [(66, 3)]),
        # Some notes of a chord are tied, or all; to another chord, or to a note.
        ("[C-E]2[CE]2", [(60, 4), (64, 2), (64, 2)]),
        ("[CE]-[CEG]", [(60, 2), (64, 2), (67, 1)]),
        ("C-[CE]", [(60, 2), (64, 1)]),
        ("[CC]-C", [(60, 2)]),
        ("C-z C", [(60, 1), (60, 1)]),
        # Broken rhythm, over spaces, grace notes and bar lines.
        ("C < D|E{fg}>|F", [(60, 0.5), (62, 1.5), (64, 1.5), (65, 0.5)]),
        ("C>>>D C<[DE]z>C", [(60, 1.875), (62, 0.125), (60, 0.5), (62, 1.5), (64, 1.5), (60, 0.5)]),
        # Tuplets, by the table of the standard.
        ("(2CD", [(60, 1.5), (62, 1.5)]),
        ("(4CDEF", [(60, 0.75), (62, 0.75), (64, 0.75), (65, 0.75)]),
        ("(5CCCCC", [(60, 0.4)] * 5),
        ("[M:6/8](5CCCCC", [(60, 0.6)] * 5),
        ("(3::2C2 D", [(60, 4 / 3), (62, 2 / 3)]),
        ("(3:2:4C2D2EF G", [(60, 4 / 3), (62, 4 / 3), (64, 2 / 3), (65, 2 / 3), (67, 1)]),
        ("((3CzD E)", [(60, 2 / 3), (62, 2 / 3), (64, 1)]),
        ("(10:8:10CCCCCCCCCCD", [(60, 0.8)] * 10 + [(62, 1)]),
        # ! ends a line unless another follows before a bar line or a space.
        ("C!D!\nE", [(60, 1), (64, 1)]),
        ("C!D|E!F", [(60, 1), (62, 1), (64, 1), (65, 1)]),
        ("C!D E!F", [(60, 1), (62, 1), (64, 1), (65, 1)]),
        ("C!\n!D.S. al Fine!D !crescendo(!E+ff+F", [(60, 1), (62, 1), (64, 1), (65, 1)]),
        ("[I:linebreak !]\nC!D!E", [(60, 1), (62, 1), (64, 1)]),
        # As it was once written.
        ("+CEG+2", [(60, 2), (64, 2), (67, 2)]),
        ("C D`E $*\n%%begintext\nABC\n%%endtext\nF|*", [(60, 1), (62, 1), (64, 1), (65, 1)]),
    ],
)  # fmt: skip
def test_notes(melody, music, expected):
    assert melody(music) == [(pitch, round(length, 6)) for pitch, length in expected]


@pytest.mark.parametrize(
    ("fields", "length"),
    [("M:3/4", 0.5), ("M:2/4", 0.25), ("M:C", 0.5), ("M:C|", 0.5), ("M:(2+3+2)/8", 0.5),
     ("M:none", 0.5), ("L:1/16", 0.25), ("N:", 0.5)],
)  # fmt: skip
def test_unit(melody, fields, length):
    assert melody("C", f"X:1\n{fields}\nK:C\n") == [(C, length)]


def test_a_history_of_several_lines(melody):
    """As it was once written, with H before the first alone."""
    header = "X:1\nH:Learned from a book\nand played ever since.\nL:1/4\nK:C\n"
    assert melody("C", header) == [(C, 1)]


def test_a_metre_in_the_music_leaves_the_unit(melody):
    assert melody("[M:2/4]C[M:3/4]D", "X:1\nM:4/4\nK:C\n") == [(C, 0.5), (D, 0.5)]


@pytest.mark.parametrize(
    ("tempo", "expected"),
    [("1/4=90", 90), ("3/8=60", 90), ('"Slow" 1/2=40', 80), ("1/4 3/8 1/4 3/8=40", 200),
     ('1/4 = 90 "ca."', 90), ("Allegro", 120),
     # Units, an eighth each, as it was once written.
     ("100", 50), ("C=100", 50), ("C3=40", 60)],
)  # fmt: skip
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
    piece = read("X:1\nM:4/4\nL:1/4\nK:C\n" + 'c|"C"c2 "G7/b"d2|"Gm"e2 "Fine"e2|')
    below = [note for note in piece.notes() if note.pitch < 60]
    chords = [((36, 40, 43), 1, 3), ((43, 47, 50, 53), 3, 5), ((43, 46, 50), 5, 9)]
    assert below == [Note(pitch, *times) for pitches, *times in chords for pitch in pitches]


@pytest.mark.parametrize(
    ("symbol", "pitches"),
    [("C", (36, 40, 43)), ("Bbm", (46, 49, 53)), ("F#d", (42, 45, 48)), ("(E7)", (40, 44, 47, 50)),
     ("Am/c", (45, 48, 52)), ("G(Em)", (43, 47, 50)), ("B♭(Gm7)", (46, 50, 53)),
     ("C♮", (36, 40, 43)), ("^A", None), ("<C", None), ("G(", None),
     ("D.C.", None), ("Allegro", None), ("", None)],
)  # fmt: skip
def test_chords(symbol, pitches):
    assert pitches_of(symbol) == pitches
