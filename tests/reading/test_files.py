"""Text files: where a line ends, and what is no text."""

import pytest

from gated.errors import BadData
from gated.reading.files import decode_lines, in_memory, paths_in
from gated.reading.pieces import read_lines


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (b"a\nb\n", ["a", "b"]),
        (b"a\r\n\r\nb", ["a", "", "b"]),
        (b"\xef\xbb\xbfa\n", ["a"]),
        ("a\x85b\u2028c\x0bd\x1ce\rf\n".encode(), ["a\x85b\u2028c\x0bd\x1ce\rf"]),
        (b"a\n\n", ["a", ""]),
        (b"a\r\r\nb\n", ["a\r", "b"]),
        (b"a\r\rb\r", ["a", "", "b"]),
    ],
)
def test_lines(tmp_path, content, lines):
    path = tmp_path / "x.txt"
    path.write_bytes(content)
    assert list(read_lines(path)) == lines


def test_lines_with_their_ends_on():
    assert list(decode_lines([b"a\n", b"b\r\n", b"c"], "x")) == ["a", "b", "c"]


def test_what_is_not_utf8_is_named_by_line_and_byte():
    lines = decode_lines([b"a\n", b"caf\xe9\n"], "standard input")
    assert next(lines) == "a"
    with pytest.raises(BadData, match=r"^standard input:2: byte 0xe9, expected UTF-8 text$"):
        next(lines)


def test_missing_file(tmp_path):
    with pytest.raises(BadData, match=r"x\.txt: no such file or directory, expected a text file$"):
        next(read_lines(tmp_path / "x.txt"))


def test_few_long_texts_are_in_memory():
    texts = ["a"] * 1500 + ["b" * 200_000] * 5
    parts = list(in_memory(iter(texts)))
    # 476 short ones with the first two long ones, and then by twos: 2 * 200,000 > 2**18.
    assert [len(part) for part in parts] == [1024, 476 + 2, 2, 1]
    assert [text for part in parts for text in part] == texts


def test_a_folder_that_cannot_be_read(tmp_path):
    (tmp_path / "b").touch()
    (tmp_path / "a").mkdir()
    assert paths_in(tmp_path) == [tmp_path / "a", tmp_path / "b"]
    with pytest.raises(BadData, match=r"b: not a directory, expected a folder$"):
        paths_in(tmp_path / "b")
