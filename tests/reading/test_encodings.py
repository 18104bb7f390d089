"""Encodings that show without a byte-order mark."""

import pytest

from gated.errors import BadData
from gated.reading.encodings import decode, find_encoding, wide_encoding
from gated.reading.pieces import read_lines

TEXTS = ["a film\tpos\n", "Хороший фильм, да\tpos\n", "好看的电影\tpos\n"]


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-16", "utf-32"])
def test_wide_encodings(text, encoding, tmp_path):
    content = text.encode(encoding)
    assert wide_encoding(content) == encoding
    assert decode(content, "x", find_encoding(content, "x")) == text
    path = tmp_path / "x"
    path.write_bytes(content)
    with pytest.raises(BadData, match=rf"x:1: {encoding.upper()}, expected UTF-8 text$"):
        list(read_lines(path))


@pytest.mark.parametrize("text", [*TEXTS, "", "\0", "some words with a \0 in one place\n" * 9])
def test_utf_8(text):
    assert wide_encoding(text.encode()) is None
    assert find_encoding(text.encode(), "x") == "utf-8"
