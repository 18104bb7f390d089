"""Text files: where a line ends, and what is no text."""

import pytest

from gated.errors import BadData
from gated.text.files import decode_lines, read_lines


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (b"a\nb\n", ["a", "b"]),
        (b"a\r\n\r\nb", ["a", "", "b"]),
        (b"\xef\xbb\xbfa\n", ["a"]),
        ("a\x85b\u2028c\x0bd\x1ce\rf\n".encode(), ["a\x85b\u2028c\x0bd\x1ce\rf"]),
        (b"a\n\n", ["a", ""]),
        (b"a\r\rb\r", ["a", "", "b"]),
    ],
)
def test_lines(tmp_path, content, lines):
    path = tmp_path / "x.txt"
    path.write_bytes(content)
    assert read_lines(path) == lines


def test_lines_with_their_ends_on():
    assert list(decode_lines([b"a\n", b"b\r\n", b"c"], "x")) == ["a", "b", "c"]


def test_what_is_not_utf8_is_named_by_line_and_byte():
    lines = decode_lines([b"a\n", b"caf\xe9\n"], "standard input")
    assert next(lines) == "a"
    with pytest.raises(BadData, match=r"^standard input:2: byte 0xe9, expected UTF-8 text$"):
        next(lines)


def test_missing_file(tmp_path):
    with pytest.raises(BadData, match=r"x\.txt: no such file or directory, expected a text file$"):
        read_lines(tmp_path / "x.txt")
