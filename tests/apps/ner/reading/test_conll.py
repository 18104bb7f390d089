"""CoNLL files: what is a token, what a comment, and where an error stands."""

import os
import re
import subprocess
import sys

import pytest
from seqeval.metrics.sequence_labeling import get_entities

from apps.ner.reading.conll import Reader, Sentence, read
from apps.ner.reading.schemes import spans
from gated.errors import BadData, BadUsage


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


ADA = [Sentence(("Ada", "Byron", "sang"), ("B-PER", "I-PER", "O")), Sentence((".",), ("O",))]


@pytest.mark.parametrize(
    "content",
    [
        # GermEval 2014: outer and inner entities.
        "#\thttp://x.org/ [2009]\n1\tAda\tB-PER\tO\n2\tByron\tI-PER\tB-LOC\n3\tsang\tO\tO\n"
        "\n#\thttp://y.org\n1\t.\tO\tO\n",
        # Universal NER.
        "# sent_id = a\n# text = Ada Byron sang\n1\tAda\tB-PER\t-\tme\n2\tByron\tI-PER\t-\tme\n"
        "3\tsang\tO\t-\tme\n\n# sent_id = b\n1\t.\tO\t-\tme\n",
        # CoNLL-2003 with numbers, from 0 or through the file.
        "0 Ada NNP I-NP I-PER\n1 Byron NNP I-NP I-PER\n2 sang VBD I-VP O\n\n0 . . O O\n",
        "1 Ada NNP I-NP I-PER\n2 Byron NNP I-NP I-PER\n3 sang VBD I-VP O\n\n4 . . O O\n",
        # A range, an empty node and a comment in the midst, as CoNLL-U has them.
        "1\tAda\tO\tB-PER\n2-3\tByronsang\t_\t_\n2\tByron\tO\tI-PER\n# a comment\n3\tsang\tO\tO\n"
        "3.1\tloud\t_\t_\n\n1\t.\tO\tO\n",
        "# global.columns = ID FORM NER\n1\tAda\tB-PER\n2\tByron\tI-PER\n3\tsang\tO\n\n1\t.\tO\n",
        # The MIT corpora have the tag first.
        "B-PER\tAda\nI-PER\tByron\nO\tsang\n\nO\t.\n",
        # A header; documents as in CoNLL-2012; numbers beside -DOCSTART-; a comment among tokens.
        "word ner\n\nAda B-PER\nByron I-PER\nsang O\n\n. O\n",
        "id\tword\tner\n1\tAda\tB-PER\n2\tByron\tI-PER\n3\tsang\tO\n\n1\t.\tO\n",
        "#begin document (a); part 0\nAda B-PER\nByron I-PER\nsang O\n\n. O\n#end document\n",
        "1 -DOCSTART- O O\n\n1 Ada O B-PER\n2 Byron O I-PER\n3 sang O O\n\n1 . O O\n",
        "Ada B-PER\n# text = here\nByron I-PER\nsang O\n\n. O\n",
        # Tabs at the ends of all lines, of some.
        "Ada\tB-PER\t\nByron\tI-PER\t\nsang\tO\t\n\n.\tO\t\n",
        "Ada\tB-PER\nByron\tI-PER\t\t\nsang\tO\t\n\n.\tO\n",
        # Gold and predicted; tags and how likely they are.
        "Ada B-PER O\nByron I-PER B-PER\nsang O O\n\n. O O\n",
        "Ada B-PER 0.9\nByron I-PER 0.8\nsang O 1\n\n. O 1\n",
        # Old Macs.
        "Ada\tB-PER\rByron\tI-PER\rsang\tO\r\r.\tO\r",
    ],
)
def test_columns_are_found(file, content):
    assert read(file(content)) == ADA


CONLL_U = (
    "# text = Ada Byron sang\n1\tAda\tada\tPROPN\tB-PER\t_\t3\tnsubj\t_\tNE=B-X\n"
    "2\tByron\tbyron\tPROPN\tI-PER\t_\t1\tflat\t_\tNE=I-X\n"
    "3\tsang\tsing\tVERB\tO\t_\t0\troot\t_\t_\n\n"
    "1\t.\t.\tPUNCT\tO\t_\t0\troot\t_\tSpaceAfter=No\n"
)


@pytest.mark.parametrize(
    ("content", "token", "tag"),
    [
        (CONLL_U, None, None),
        (CONLL_U, "FORM", "XPOS"),
        (CONLL_U, "2", "5"),
        ("a b c\nB-PER x Ada\nI-PER x Byron\nO x sang\n\nO x .\n", "c", "a"),
        ("B-PER 1 Ada\nI-PER 2 Byron\nO 3 sang\n\nO 1 .\n", "3", None),
        ("x Ada B-PER B-LOC\ny Byron I-PER O\nz sang O O\n\nv . O O\n", "2", "3"),
    ],
)
def test_columns_that_are_named(file, content, token, tag):
    assert list(Reader(token, tag).read(file(content))) == ADA


def test_columns_that_are_not_there(file):
    with pytest.raises(BadUsage, match=r"^--tag-column NER: expected a number .* one of ID, FORM,"):
        list(Reader(tag_column="NER").read(file(CONLL_U)))
    with pytest.raises(BadUsage, match=r"^--token-column 0: expected a number from 1"):
        list(Reader("0").read(file("a O\n")))
    with pytest.raises(BadData, match=r"x.conll:3: 'b B-X' has no tag, .* in 3 columns$"):
        list(Reader("1", "3").read(file("a O O\n\nb B-X\n")))


def test_what_was_found_is_remarks(file, capsys):
    path = file("1 Ada B-PER O\n2 met O O\n")
    read(path)
    remarks = "tokens from column 2 (--token-column), tags from column 3 (--tag-column)"
    assert capsys.readouterr().out == f"{path}: {remarks}\n"
    read(file("Ada NNP B-NP B-PER\nmet VBD B-VP O\n"))
    assert capsys.readouterr().out == ""


def test_numbers_that_are_tokens(tokens):
    assert tokens("1 O\n2 O\n3 O\n") == [("1", "2", "3")]
    assert tokens("1986 CD O\n") == [("1986",)]
    assert tokens("1 CD O\n2 CD O\nsteps NNS O\n") == [("1", "2", "steps")]
    assert tokens(f"{'1' * 5000} CD O\n") == [("1" * 5000,)]  # more digits than int() takes


@pytest.mark.parametrize(
    ("content", "tags"),
    [
        # Stanford's tags and Few-NERD's.
        ("Ada PERSON\nByron PERSON\nin O\nRome LOC\nItaly LOC\nEva PERSON\n", "BIOBIB"),
        ("a art-film\nb art-film\nc art-music\nd O\n", "BIBO"),
        # BMES, BMEWO, an underscore, the prefix last, no types.
        ("a B-X\nb M-X\nc E-X\nd S-X\n", "BIIB"),
        ("a B-X\nb M-X\nc M-X\nd E-X\ne W-X\nf O\n", "BIIIBO"),
        ("a B_X\nb I_X\nc O\n", "BIO"),
        ("a X-B\nb X-I\nc O\nd X_B\n", "BIOB"),
        ("a B\nb I\nc O\nd B\n", "BIOB"),
    ],
)
def test_tags_of_other_forms(file, content, tags):
    (sentence,) = Reader(strict=True).read(file(content))
    assert "".join(tag[0] for tag in sentence.tags) == tags


def test_types_of_tags_without_a_scheme(file, capsys):
    path = file("Ada\tPERSON\nin\tO\nRome\tLOCATION\n")
    assert read(path)[0].tags == ("B-PERSON", "O", "B-LOCATION")
    remarks = "tags without a scheme: neighbours of one type are one entity"
    assert capsys.readouterr().out == f"{path}:1: {remarks}\n"


# Content, what conlleval.pl finds in it, how many tags are mended, the line of the first, scheme.
STRAY = [
    # CoNLL-2003 has two such among its 203,621 tags.
    (
        "a I-X\nb O\nc B-M\nd I-M\n\ne B-M\nf O\n\ng I-X\nh B-X\n\ni I-X\n",
        "BOBIBOBBB",
        2,
        3,
        "IOB1",
    ),
    ("a B-X\nb O\nc I-X\nd I-X\ne I-Y\n\nf B-X\n\ng B-Y\n", "BOBIBBB", 2, 3, "BIO2"),
    ("a S-X\nb B-X\nc O\nd I-X\ne E-X\nf S-X\n", "BBOBIB", 2, 2, "IOBES"),
    ("a B-X\nb E-X\nc E-X\nd I-X\ne E-X\n", "BIBBI", 2, 3, "IOBES"),
    ("a B-X\n\nb E-X\nc S-X\nd S-X\n", "BBBB", 2, 1, "IOBES"),
]


@pytest.mark.parametrize(("content", "tags", "count", "line", "scheme"), STRAY)
def test_stray_tags_are_read_as_conlleval_does(file, capsys, content, tags, count, line, scheme):
    path = file(content)
    found = read(path)
    assert "".join(tag[0] for one in found for tag in one.tags) == tags
    remarks = capsys.readouterr().out
    assert remarks.startswith(f"{path}:{line}: ")
    assert f"is the first of {count} tags, of {len(tags)}, that do not fit {scheme} " in remarks
    with pytest.raises(BadData, match=rf"^{path}:\d+: .*expected.*{scheme}"):
        list(Reader(strict=True).read(path))


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
        ("a\tNN\tO\r\nb\tNN\t\r\n", 2, "has no tag"),
        ("a O\nb \n", 2, "'b ' has no tag"),
        ("# \u2028 a\n" + "x" * 1000, 2, "'xxxx"),
        (b"a\tO\n\ncaf\xe9\tO\n", 3, "byte 0xe9, expected UTF-8"),
        (b"\xef\xbb\xbfa\tO\n\xff\tO\n", 2, "byte 0xff"),
        ("a\tO\n".encode("utf-16"), 1, "UTF-16, expected UTF-8"),
        (b"a\tO\nb\tO\n\xe2\x82", 3, "byte 0xe2"),
        ("a\tB-LOC\n\n\nb\tPER\nc\tLOC\n", 4, "tag 'PER', expected"),
        ("-DOCSTART-\n\n# id = 1\na O\n \tO\nb X-PER\n", 6, "tag 'X-PER', expected"),
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
    code = "import sys, apps.ner.reading.conll; sys.exit('tensorflow' in sys.modules)"
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
@pytest.mark.slow
def test_corpora(corpora, name):
    sentences = read(corpora / "ner" / name)
    entities = [spans(sentence.tags) for sentence in sentences]
    counts = len(sentences), sum(len(s.tokens) for s in sentences), sum(map(len, entities))
    assert counts == COUNTS[name]
    assert counts[2] == len(get_entities([list(s.tags) for s in sentences]))
