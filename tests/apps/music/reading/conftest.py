"""Tunes in ABC notation, saved to a file and read."""

import pytest

from apps.music.reading.abc import read_abc


@pytest.fixture
def read(tmp_path):
    """Reads a tune, and gives its piece."""

    def read(text, grid=12):
        path = tmp_path / "x.abc"
        path.write_text(text, encoding="utf-8")
        problems = []
        pieces = list(read_abc(path, grid, problems))
        assert not problems
        return pieces[0]

    return read


@pytest.fixture
def melody(read):
    """Reads music in quarters, and gives the pitch and the length of the notes in order."""

    def melody(music, header="X:1\nT:A tune\nM:4/4\nL:1/4\nK:C\n"):
        notes = read(header + music + "\n", grid=120).notes()
        return [(note.pitch, round(note.end - note.start, 6)) for note in notes]

    return melody
