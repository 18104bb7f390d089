"""A piece as a picture."""

import io
import re
from xml.etree import ElementTree

import numpy as np
import pytest

from apps.music.reading.piece import HELD, LOWEST, STRUCK, Note, Piece, frames_of
from apps.music.showing import picture

SVG = "{http://www.w3.org/2000/svg}"


def piece_of(notes, length=None, bar=None, pickup=0, **other):
    frames = frames_of(notes, 4, length)
    times = np.arange(len(frames)) + (bar - pickup if bar else 0)
    positions = times % bar + 1 if bar else np.zeros(len(frames))
    return Piece("by hand", frames, positions.astype("uint8"), **other)


def drawn(piece, given=None):
    file = io.BytesIO()
    picture.draw(piece, file, given)
    return file.getvalue()


class Drawing:
    """What a picture shows, in frames and MIDI numbers."""

    def __init__(self, piece, given=None):
        self.root = ElementTree.fromstring(drawn(piece, given))
        (roll,) = (group for group in self.root.iter(f"{SVG}g") if group.get("id") == "roll")
        self.left, self.right, self.top, self.bottom = box(roll.find(f"{SVG}path"))
        self.length = len(piece.frames)
        # A black key's row is a semitone high, an octave's name is in the middle of its row.
        black = next(path for path in self.paths(picture.BLACK_KEY))
        self.semitone = box(black)[2] - box(black)[3]
        name = next(text for text in self.root.iter(f"{SVG}text") if text.text.startswith("C"))
        self.octave = int(name.text[1:])
        self.c = float(name.get("transform").split()[2][:-1])

    def paths(self, colour):
        for path in self.root.iter(f"{SVG}path"):
            if path.get("style") == f"fill: {colour}" and path.get("clip-path"):
                yield path

    def texts(self, start=""):
        found = {text.text: text for text in self.root.iter(f"{SVG}text")}
        return {name: text for name, text in found.items() if name.startswith(start)}

    def frame(self, x):
        return (x - self.left) / (self.right - self.left) * self.length

    def parts(self, colour):
        """Left, right and pitch of all of a colour, to a tenth."""
        found = []
        for path in self.paths(colour):
            left, right, top, bottom = box(path)
            pitch = 12 * (self.octave + 1) + ((top + bottom) / 2 - self.c) / self.semitone
            found.append((self.frame(left), self.frame(right), pitch))
        return sorted(found)


def box(path):
    numbers = np.array(re.findall(r"-?[\d.]+", path.get("d")), float).reshape(-1, 2)
    (left, top), (right, bottom) = numbers.min(axis=0), numbers.max(axis=0)
    return left, right, top, bottom


def near(notes):
    return pytest.approx(np.array(notes, float), abs=0.5)


SCALE = [Note(p, i, i + 1) for i, p in enumerate([60, 62, 64, 65, 67, 69, 71, 72])]


def test_notes_are_where_they_sound():
    drawing = Drawing(piece_of(SCALE))
    bars = drawing.parts(picture.WRITTEN)
    assert np.array(bars) == near([(4 * n.start, 4 * n.end, n.pitch) for n in SCALE])
    assert not drawing.parts(picture.GIVEN)
    assert "written" not in drawing.texts()


def test_a_stroke_is_seen_and_only_that():
    piece = piece_of([Note(60, 0, 2), Note(60, 2, 4), Note(72, 1, 3)])
    strokes = Drawing(piece).parts(picture.WRITTEN_START)
    assert [(round(left, 2), round(pitch)) for left, _, pitch in strokes] == [
        (0, 60),
        (4, 72),
        (8, 60),
    ]
    assert all(0.05 < right - left < 1 for left, right, _ in strokes)
    frames = np.where(piece.frames == STRUCK, HELD, piece.frames)
    unknown = Drawing(Piece("unknown", frames, piece.positions))
    assert not unknown.parts(picture.WRITTEN_START)
    assert np.array(unknown.parts(picture.WRITTEN)) == near([(0, 16, 60), (4, 12, 72)])


def test_a_stroke_is_no_longer_than_its_note():
    frames = frames_of([Note(60, 0, 1 / 24), Note(72, 1, 2)], 24, length=4800)
    short, long = Drawing(Piece("fine", frames, frames[:, 0], 24)).parts(picture.WRITTEN_START)
    assert short[1] - short[0] == pytest.approx(1, abs=0.01)
    assert long[1] - long[0] > 2


def test_given_notes_have_a_colour_of_their_own():
    piece = piece_of([*SCALE, *(Note(48, 2 * i, 2 * i + 2) for i in range(4))])
    melody = np.zeros(piece.frames.shape, bool)
    melody[:, 60 - LOWEST :] = True
    drawing = Drawing(piece, melody)
    assert [round(pitch) for *_, pitch in drawing.parts(picture.GIVEN)] == [n.pitch for n in SCALE]
    assert [round(pitch) for *_, pitch in drawing.parts(picture.WRITTEN)] == [48] * 4
    assert len(drawing.parts(picture.GIVEN_START)) == 8
    assert len(drawing.parts(picture.WRITTEN_START)) == 4
    assert {"given", "written"} <= drawing.texts().keys()


def test_a_note_may_be_given_in_part():
    piece = piece_of([Note(60, 0, 4), Note(76, 0, 4)])
    primer = np.zeros(piece.frames.shape, bool)
    primer[:6] = True
    drawing = Drawing(piece, primer)
    assert np.array(drawing.parts(picture.GIVEN)) == near([(0, 6, 60), (0, 6, 76)])
    assert np.array(drawing.parts(picture.WRITTEN)) == near([(6, 16, 60), (6, 16, 76)])
    assert not drawing.parts(picture.WRITTEN_START)


def test_bars_are_numbered_from_the_first_whole_one():
    drawing = Drawing(piece_of(SCALE, length=60, bar=12, pickup=4))
    texts = drawing.texts()
    assert {"bar", "1", "2", "3", "4", "5"} <= texts.keys() and "6" not in texts
    for number in range(1, 6):
        at = drawing.frame(float(texts[str(number)].get("x")))
        assert at == pytest.approx(4 + 12 * (number - 1), abs=0.1)


def test_seconds_where_there_are_no_bars():
    drawing = Drawing(piece_of(SCALE, tempo=60.0))
    texts = drawing.texts()
    assert "seconds" in texts and "bar" not in texts
    assert drawing.frame(float(texts["2"].get("x"))) == pytest.approx(8, abs=0.1)


def test_numbers_of_a_long_piece_do_not_touch():
    for bar in (None, 1):
        piece = piece_of([Note(60, 0, 1)], length=4000, bar=bar)
        places = [float(t.get("x")) for n, t in Drawing(piece).texts().items() if n.isdigit()]
        assert len(places) > 10
        assert np.diff(sorted(places)).min() > 20


def test_only_the_octaves_in_use():
    assert list(Drawing(piece_of(SCALE)).texts("C")) == ["C4", "C5"]
    wide = piece_of([Note(36, 0, 1), Note(84, 0, 1)])
    assert list(Drawing(wide).texts("C")) == ["C2", "C3", "C4", "C5", "C6"]


@pytest.mark.parametrize("length", [0, 1, 16])
def test_silence(length):
    drawing = Drawing(piece_of([], length=length))
    assert not drawing.parts(picture.WRITTEN)


def test_the_lowest_and_the_highest_key():
    piece = piece_of([Note(21, 0, 1), Note(108, 0, 1)])
    pitches = [pitch for *_, pitch in Drawing(piece).parts(picture.WRITTEN)]
    assert pitches == pytest.approx([21, 108], abs=0.5)


def test_the_same_piece_is_the_same_file(tmp_path):
    piece = piece_of(SCALE, bar=16)
    picture.draw(piece, tmp_path / "new" / "tune.svg")
    assert (tmp_path / "new" / "tune.svg").read_bytes() == drawn(piece) == drawn(piece)
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["tune.svg"]


def test_given_as_large_as_another_piece():
    with pytest.raises(ValueError, match="given"):
        drawn(piece_of(SCALE), np.zeros((3, 88), bool))
