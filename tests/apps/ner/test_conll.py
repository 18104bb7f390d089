"""CoNLL files: what is a token, what a comment, and where an error stands."""

import os
import re
import subprocess
import sys

import pytest
from seqeval.metrics.sequence_labeling import get_entities

from apps.ner.conll import Sentence, read
from apps.ner.schemes import spans
from gated.errors import BadData


@pytest.fixture
def file(tmp_path):
    def write(content):
        path = tmp_path / "x.conll"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


@pytest.fixture
def tokens(file):
    return lambda content: [sentence.tokens for sentence in read(file(content))]


PETER = [
    Sentence(("Peter", "Blackburn", "sang"), ("B-PER", "I-PER", "O")),
    Sentence((".",), ("O",)),
]


@pytest.mark.parametrize(
    "content",
    [
        "Peter\tB-PER\nBlackburn\tI-PER\nsang\tO\n\n.\tO\n",
        "Peter\tB-PER\nBlackburn\tI-PER\nsang\tO\n\n.\tO",
        "\n\nPeter B-PER\nBlackburn I-PER\nsang O\n\n\n\n. O\n\n\n",
        "Peter\tB-PER\r\nBlackburn\tI-PER\r\nsang\tO\r\n\r\n.\tO\r\n",
        "\ufeffPeter\tB-PER\nBlackburn\tI-PER\nsang\tO\n\n.\tO\n",
        # wnut17train.conll ends its sentences so.
        "Peter\tB-PER\nBlackburn\tI-PER\nsang\tO\n\t\n.\tO\n \t \n",
        # CoNLL-2003 as published: four columns, IOB1.
        "-DOCSTART- -X- O O\n\nPeter NNP I-NP I-PER\nBlackburn NNP I-NP I-PER\nsang VBD I-VP O\n"
        "\n-DOCSTART- -X- -X- O\n. . O O\n",
        "Peter NNP  B-PER \nBlackburn NNP  E-PER\nsang VBD O\n-DOCSTART-\n.  . O\n",
        "Peter\tNNP\tB-PER\nBlackburn\tNNP\tL-PER\nsang\t\tO\n\n.\t.\tO\n",
    ],
)
def test_read(file, content):
    assert read(file(content)) == PETER


def test_path_as_string(file):
    assert read(str(file("a\tO\n"))) == read(file("a\tO\n"))


def test_tabs_keep_spaces_inside_tokens(tokens):
    assert tokens("ke s\tO\nMH17 \tO\na NN O\n") == [("ke s", "MH17", "a")]


def test_blank_tokens_are_skipped(tokens):
    assert tokens("a\tO\n \tO\n\tO\n\u00a0\tB-X\n\nb\tB-X\n") == [("a",), ("b",)]
    assert tokens("a\tO\n\n\tO\n\n\tO\nb\tO\n") == [("a",), ("b",)]


# Variation selector, combining overline, left-to-right mark, zero-width space, joiner, private use.
@pytest.mark.parametrize("token", ["\ufe0f", "\u0305", "\u200e", "\u200b", "\u200d", "\ue401"])
def test_zero_width_tokens_stay(tokens, token):
    assert tokens(f"a\tO\n{token}\tO\n\nDubbz{token} O\n") == [("a", token), (f"Dubbz{token}",)]


@pytest.mark.parametrize(
    "char", ["\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029", "\u00a0", "\r"]
)
def test_only_a_newline_ends_a_line_only_a_space_a_column(tokens, char):
    assert tokens(f"a{char}b\tO\nc{char}d O\n") == [(f"a{char}b", f"c{char}d")]


@pytest.mark.parametrize(
    "line", ["#farms\tO", "#\tO", "# \tO", "#farms O", "# O", "# # O O", "# = O"]
)
def test_hashes_are_tokens(tokens, line):
    hash_ = re.split("[ \t]", line)[0]
    assert tokens(f"{line}\n{line}\na O\n\n{line}\n") == [(hash_, hash_, "a"), (hash_,)]


@pytest.mark.parametrize(
    "line",
    [
        "# sent_id = weblog-1",
        "# text = What is blood group O",
        "# text = Vitamin B-12",
        "# newpar",
        "# newdoc id = a",
        "# id f5458a3a-cd23-4df4-8384-4e23fe33a66b\tdomain=en",
        "# plain words",
    ],
)
@pytest.mark.parametrize("space", ["\t", " ", " _ _ "])
def test_comments_above_a_sentence_are_no_tokens(tokens, line, space):
    content = f"{line}\n{line}\n#{space}O\nb{space}B-X\n\n{line}\n\nc{space}O\n"
    assert tokens(content) == [("#", "b"), ("c",)]


def message(path):
    with pytest.raises(BadData) as info:
        read(path)
    assert "\n" not in str(info.value)
    where, _, what = str(info.value).partition(": ")
    assert "expected" in what
    return where, what


@pytest.mark.parametrize(
    ("content", "line", "what"),
    [
        ("a\tO\n\nb\n", 3, "'b' has no tag"),
        ("a\tO\nb\t\n", 2, r"'b\t' has no tag"),
        ("a\tO\r\nb\tNN\t\r\n", 2, "has no tag"),
        ("a O\nb \n", 2, "'b ' has no tag"),
        ("a\tO\n# text = in the middle\n", 2, "'middle'"),
        ("# \u2028 a\n" + "x" * 1000, 2, "'xxxx"),
        (b"a\tO\n\ncaf\xe9\tO\n", 3, "byte 0xe9, expected UTF-8"),
        (b"\xef\xbb\xbfa\tO\n\xff\tO\n", 2, "byte 0xff"),
        ("a\tO\n".encode("utf-16"), 1, "byte 0xff"),
        (b"a\tO\nb\tO\n\xe2\x82", 3, "byte 0xe2"),
        ("a\tO\n\n\nb\tPER\nc\tLOC\n", 4, "tag 'PER', expected"),
        ("-DOCSTART-\n\n# id = 1\na O\n \tO\nb X-PER\n", 6, "tag 'X-PER' after 'O', expected"),
        ("a\tB-X\n\nb\tO\nc\tI-X\n", 4, "tag 'I-X' after 'O', expected"),
        ("a\tS-X\n\nb\tB-X\nc\tE-X\nd\tB-X\n\n", 5, "last tag 'B-X', expected"),
        ("a\tO\u2028x\n", 1, r"'O\u2028x'"),
    ],
)
def test_errors_name_the_line(file, content, line, what):
    path = file(content)
    where, found = message(path)
    assert where == f"{path}:{line}"
    assert what in found
    assert len(found) < 150


@pytest.mark.parametrize("content", ["", "\n\n", "\ufeff", "\t\n \n", "-DOCSTART- O\n\n", "\tO\n"])
def test_no_sentences(file, content):
    path = file(content)
    assert message(path) == (f"{path}", "no sentences, expected a token and a tag on each line")


def test_unreadable_paths(tmp_path, file):
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    for path, what in [
        (tmp_path / "missing", "no such file or directory"),
        (tmp_path, "is a directory"),
        (file("a\tO\n") / "below", "not a directory"),
        (loop, "too many levels of symbolic links"),
    ]:
        assert message(path) == (f"{path}", f"{what}, expected a text file")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_forbidden_file(file):
    path = file("a\tO\n")
    path.chmod(0)
    assert message(path) == (f"{path}", "permission denied, expected a text file")


def test_no_tensorflow():
    code = "import sys, apps.ner.conll; sys.exit('tensorflow' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, env={"PYTHONPATH": ":".join(sys.path)})


# Sentences, tokens and entities as the SOURCE.txt beside the files states them.
COUNTS = {
    "btc/a.conll": (1000, 16612, 521),
    "btc/b.conll": (2000, 30825, 1610),
    "btc/e.conll": (200, 3981, 325),
    "btc/f.conll": (2000, 35425, 4376),
    "btc/g.conll": (2138, 34062, 4685),
    "btc/h.conll": (2000, 29476, 3368),
    "ncbi_disease/train.tsv": (5424, 135701, 5134),
    "ncbi_disease/devel.tsv": (923, 23969, 787),
    "ncbi_disease/test.tsv": (940, 24497, 960),
    "wnut17/wnut17train.conll": (3394, 62730, 1975),
    "wnut17/emerging.dev.conll": (1009, 15733, 836),
    "wnut17/emerging.test.annotated": (1287, 23394, 1079),
}


@pytest.mark.parametrize("name", COUNTS)
def test_corpora(corpora, name):
    sentences = read(corpora / "ner" / name)
    entities = [spans(sentence.tags) for sentence in sentences]
    counts = len(sentences), sum(len(s.tokens) for s in sentences), sum(map(len, entities))
    assert counts == COUNTS[name]
    assert counts[2] == len(get_entities([list(s.tags) for s in sentences]))
