"""Word vectors from files of both kinds."""

import gzip

import keras
import numpy as np
import pytest

from gated.errors import BadData
from gated.text.vectors import first_words, read_vectors, set_vectors

WANTED = {"the": 2, "café": 3, "0000": 4, "new york": 5, "missing": 6}
LINES = """\
The 1 1 1
the 0.5 -2 3e-2
the 9 9 9
CAFÉ 4 5 6
1987 7 8 9
1988 1 2 3
new york 1 0 1
other 0 0 0
"""
EXPECTED = {2: [0.5, -2, 0.03], 3: [4, 5, 6], 4: [7, 8, 9], 5: [1, 0, 1]}


@pytest.mark.parametrize("header", ["", "8 3\n"])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_both_kinds(tmp_path, header, pack):
    path = tmp_path / "vectors.txt"
    path.write_bytes(pack((header + LINES).encode()))
    found, width = read_vectors(path, WANTED)
    assert width == 3
    assert {place: vector.tolist() for place, vector in found.items()} == {
        place: np.array(vector, "float32").tolist() for place, vector in EXPECTED.items()
    }


def test_blanks_at_line_ends(tmp_path):
    """word2vec writes one after the last number."""
    path = tmp_path / "vectors.txt"
    path.write_bytes(b"1 2\r\nthe 1 2 \r\n")
    found, _ = read_vectors(path, WANTED)
    assert found[2].tolist() == [1, 2]


def test_lines_that_are_not_utf_8_are_passed_over(tmp_path, capsys):
    path = tmp_path / "vectors.txt"
    path.write_bytes(b"caf\xe9 1 1\nthe 1 2\n\xff 3 4\ncaf\xc3\xa9 5 6\n")
    found, width = read_vectors(path, WANTED)
    assert ({place: one.tolist() for place, one in found.items()}, width) == (
        {2: [1, 2], 3: [5, 6]},
        2,
    )
    assert capsys.readouterr().out == f"{path}:1: the first of 2 lines passed over, not UTF-8\n"
    assert first_words(path, 9) == ["the", "café"]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", ": empty, expected word vectors"),
        (b"x 1 2 3\nthe 1 2 x\n", ":2: expected a word and 3 numbers"),
        (b"x 1 2 3\nthe 1 2\n", ":2: expected a word and 3 numbers"),
        (b"\xff 1 2 3\n", ": not UTF-8, expected word vectors"),
        (gzip.compress(b"x 1 2 3\n" * 99, mtime=0)[:-12], ": "),
        (None, ": no such file or directory, expected word vectors"),
    ],
)
def test_bad_files(tmp_path, content, problem):
    path = tmp_path / "vectors.txt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BadData) as error:
        read_vectors(path, WANTED)
    assert str(error.value).startswith(f"{path}{problem}")


def test_the_first_words(tmp_path):
    path = tmp_path / "vectors.txt"
    path.write_text("8 3\n" + LINES, encoding="utf-8")
    assert first_words(path, 5) == ["the", "café", "0000"]
    assert len(first_words(path, 99)) == 5
    found, width = read_vectors(path, WANTED, first=4)
    assert (sorted(found), width) == ([2, 3], 3)


def test_vectors_in_an_embedding():
    embedding = keras.layers.Embedding(4, 3)
    embedding.build()
    before = embedding.get_weights()[0]
    set_vectors(embedding, {2: np.array([1, 2, 3])})
    after = embedding.get_weights()[0]
    assert after[2].tolist() == [1, 2, 3]
    np.testing.assert_array_equal(np.delete(after, 2, axis=0), np.delete(before, 2, axis=0))


def test_what_is_damaged_or_has_no_line_ends(tmp_path):
    path = tmp_path / "x.gz"
    packed = gzip.compress(LINES.encode(), mtime=0)
    path.write_bytes(packed[:20] + bytes([packed[20] ^ 255]) + packed[21:])
    with pytest.raises(BadData, match=r"x\.gz: .*, expected word vectors$"):
        read_vectors(path, WANTED)
    path.write_bytes(gzip.compress(bytes(2**26)))  # that would be in memory at once
    with pytest.raises(BadData, match=r"x\.gz:1: more than 1,048,576 bytes"):
        read_vectors(path, WANTED)
