"""Text files in pieces: the lines of the whole file, whatever the size of a piece."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gated.errors import BadData
from gated.reading import pieces
from gated.reading.files import split_lines
from gated.reading.pieces import read_pieces


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("pieces") / "x.txt"


@settings(max_examples=300, deadline=None)
@given(st.text("ab é\n\r\u2028"), st.integers(1, 9))
@example("", 1)
@example("a\nb\r\r\n\r", 1)
@example("a\rb\r\r", 1)
def test_lines(path, text, size):
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    sizes = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pieces, "_PIECE", size)
        found = list(read_pieces(path, sizes.append))
    assert "".join(found) == "".join(f"{line}\n" for line in split_lines(text))
    assert all(piece[-1] in " \n" for piece in found)
    assert sum(sizes) == path.stat().st_size


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a b c\r\n\ncaf\xe9\n", ":3: byte 0xe9, expected UTF-8 text"),
        (b"a\r\rcaf\xe9\r", ":3: byte 0xe9, expected UTF-8 text"),
        (b"a\n\nb\nc d\0\n", ":4: a NUL character, expected a text file"),
        ("a b\n".encode("utf-16"), ":1: UTF-16, expected UTF-8 text"),
    ],
)
def test_what_is_no_text(path, monkeypatch, content, message):
    monkeypatch.setattr(pieces, "_PIECE", 4)
    path.write_bytes(content)
    with pytest.raises(BadData) as caught:
        list(read_pieces(path))
    assert str(caught.value) == f"{path}{message}"
