"""In what order a tune is played: repeats, endings, parts; and overlays, which sound at once."""

import pytest

from apps.music.reading.piece import Note

PITCHES = {"C": 60, "D": 62, "E": 64, "F": 65, "G": 67, "d": 74}


@pytest.mark.parametrize(
    ("music", "letters"),
    [
        ("C|D", "CD"),
        ("C:|D", "CCD"),
        ("|:C:|D:|", "CCDD"),
        ("|:C:||:D:|", "CCDD"),
        ("C::D:|", "CCDD"),
        ("C:|:D:|", "CCDD"),
        ("C|:D:|E", "CDDE"),
        ("|:C|1D:|2E||F", "CDCEF"),
        ("|:C[1D:|[2E||F:|", "CDCEFF"),
        ("C|[1 D:|[2 E|]|:F:|", "CDCEFF"),
        ("|:C|[1,3 D:|[2 E:|F", "CDCECDF"),
        ("C|1D:|2E||F|1G:|2C|]", "CDCEFGFC"),
        ("C d:|", "CdCd"),
        # From the latest double bar line, or end of a repeat, where there is no sign.
        ("C||D:|", "CDD"),
        ("C|]D:|E", "CDDE"),
        ("C[|D:|", "CDD"),
        ("C||D|1E:|2F|]", "CDEDF"),
        ("C:|D||E:|", "CCDEE"),
        ("|:C||D:|", "CDCD"),
        ("C[|]D:|", "CDCD"),
        # Three times, and so on.
        ("|::C::|D", "CCCD"),
        ("|:::C:::|D", "CCCCD"),
        ("C::|D", "CCCD"),
        ("|::C:|D", "CCCD"),
        ("|::C::D:|", "CCCDD"),
        ("|::C|1,2D::|3E|]", "CDCDCE"),
        ("|:C|1-3D:|4E|]", "CDCDCDCE"),
        ("|:C|[1,3D:|[2,4E:|F", "CDCECDCEF"),
        # An ending only at even times, and a first one only.
        ("|:C:|2D||E", "CCDE"),
        ("|:C|1D:|E", "CDCE"),
        ("|:C|1D|2E|]", "CDCE"),
        ("C:|D|1,3E:|2F|]", "CCDEDFDE"),
    ],
)
def test_repeats(melody, music, letters):
    assert [pitch for pitch, _ in melody(music)] == [PITCHES[letter] for letter in letters]


@pytest.mark.parametrize(
    ("order", "music", "letters"),
    [
        ("P:AAB", "P:A\nC|\nP:B\nD|", "CCD"),
        ("Y:A2B", "P:A\nC|\nP:B\nD|", "CCD"),
        ("P:(AB)2.B", "P:A\nC|\nP:B\nD|", "CDCDD"),
        ("N:", "P:A\nC|\nP:B\nD|", "CD"),
        # "To play a different ending each time": 4.10 of the standard.
        ("P:A4.B", "P:A\nC|[1D:|[2E:|[3F:|[4G|]\nP:B\nd|", "CDCECFCGd"),
        ("P:AB", "[P:A]|:C|1D:|2E|][P:B]F|", "CDCEF"),
        ("Y:AAB", "[P:A]|:C|1D:|2E|][P:B]F|", "CDCECDCEF"),
    ],
)
def test_parts(melody, order, music, letters):
    found = melody(music, f"X:1\n{order}\nM:none\nL:1/4\nK:C\n")
    assert [pitch for pitch, _ in found] == [PITCHES[letter] for letter in letters]


@pytest.mark.parametrize(
    "music",
    [
        "P:A\nV:1\nC|\nV:2\nE|\nP:B\nV:1\nD|\nV:2\nF|",
        "V:1\nP:A\nC|\nP:B\nD|\nV:2\nP:A\nE|\nP:B\nF|",
    ],
)
def test_parts_are_of_all_voices(read, music):
    notes = read(f"X:1\nP:BA\nL:1/4\nK:C\n{music}\n").notes()
    assert notes == [Note(62, 0, 1), Note(65, 0, 1), Note(60, 1, 2), Note(64, 1, 2)]


@pytest.mark.parametrize(
    ("music", "notes"),
    [
        ("C2|D E & G2 & c2|F", [(60, 0, 2), (62, 2, 3), (67, 2, 4), (72, 2, 4), (64, 3, 4),
                                (65, 4, 5)]),
        # The bar before, where a bar is over; as many bars as there are signs.
        ("C2|& E2|F2|", [(60, 0, 2), (64, 0, 2), (65, 2, 4)]),
        ("C|D2|E2|\n&& (F2|G2)|c|", [(60, 0, 1), (62, 1, 3), (65, 1, 3), (64, 3, 5), (67, 3, 5),
                                    (72, 5, 6)]),
        # A layer is silent in the bars that it does not have; a short one ends with a rest.
        ("C2 & E|D2|F2 & G2|", [(60, 0, 2), (64, 0, 1), (62, 2, 4), (65, 4, 6), (67, 4, 6)]),
        ("|:C2 & E2:|D|", [(60, 0, 2), (64, 0, 2), (60, 2, 4), (64, 2, 4), (62, 4, 5)]),
        # What is tied in the voice goes on after the overlay, and so does its accidental.
        ("^F2- & C2|F2|", [(60, 0, 2), (66, 0, 4)]),
        ("C2 & E3|D|", [(60, 0, 2), (64, 0, 3), (62, 3, 4)]),
    ],
)  # fmt: skip
def test_overlays(read, music, notes):
    found = read(f"X:1\nL:1/4\nK:C\n{music}\n").notes()
    assert found == [Note(*note) for note in notes]
