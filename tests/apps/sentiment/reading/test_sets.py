"""Labelled texts from files of every kind, and their three sets."""

import json

import pytest

from apps.sentiment.config import Config
from apps.sentiment.reading import sets
from apps.sentiment.reading.files import Reader, Text
from gated.errors import BadData, BadUsage

TEXTS = [Text("fine, really", "pos"), Text('a "dull" day', "neg"), Text("two\nlines", "pos")]


def load(config):
    """All that `load` gives, in memory."""
    found = sets.load(config)
    return sets.Corpus(list(found.train), list(found.valid), list(found.test))


def write(folder, files):
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


@pytest.fixture
def files(tmp_path):
    table = 'n,text,label\n1,"fine, really",pos\n2,"a ""dull"" day",neg\n\n3,"two\nlines",pos\n'
    objects = [{"text": text.text, "label": text.label, "n": 1} for text in TEXTS]
    return write(
        tmp_path,
        {
            "a.csv": table,
            "windows.csv": ("\ufeff" + table).replace("\n", "\r\n"),
            "a.tsv": 'label\ttext\npos\tfine, really\nneg\t"a ""dull"" day"\npos\t"two\nlines"\n',
            "a.jsonl": "".join(f"{json.dumps(one)}\n" for one in objects) + "\n",
        },
    )


@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.jsonl"])
def test_tables(files, name):
    assert list(Reader().read(files / name)) == TEXTS


def test_line_ends_of_windows(files):
    assert list(Reader().read(files / "windows.csv")) == TEXTS


def test_columns_by_name(tmp_path):
    write(tmp_path, {"a.csv": "Sentence,Class\nx y,0\n", "a.jsonl": '{"s": "x y", "c": 0}'})
    expected = [Text("x y", "0")]
    assert list(Reader("Sentence", "Class").read(tmp_path / "a.csv")) == expected
    assert list(Reader("s", "c").read(tmp_path / "a.jsonl")) == expected


def test_quotes_of_tweets(tmp_path, capsys):
    content = 'text\tlabel\n"Good film\tpos\nBad film\tneg\nLong but fine "\tpos\nDull\tneg\n'
    path = write(tmp_path, {"a.TSV": content}) / "a.TSV"
    texts = ['"Good film', "Bad film", 'Long but fine "', "Dull"]
    assert [text.text for text in list(Reader().read(path))] == texts
    assert capsys.readouterr().out == f"{path}: quotes are text (--quoting)\n"


def test_no_header(tmp_path, capsys):
    rows = "0;a fine film, really\n4;a dull one\n4;nothing to say\n0;well done\n"
    write(tmp_path, {"a.CSV": rows, "b.csv": "polarity;tweet\n" + rows})
    reader = Reader("2", "1")
    plain, headed = (list(reader.read(tmp_path / name)) for name in ("a.CSV", "b.csv"))
    assert plain == headed
    assert [text.label for text in plain] == list("0440")
    printed = capsys.readouterr().out.splitlines()
    assert printed[0] == f"{tmp_path / 'a.CSV'}: ; between columns (--separator)"
    assert printed[1].endswith("; the first row is a header: no other has the class polarity")


def test_a_separator_makes_any_file_a_table(tmp_path):
    path = write(tmp_path, {"a.txt": "label\ttext\npos\tfine, really\n"}) / "a.txt"
    config = Config(corpus=(str(path),), separator="\\t")
    assert list(sets.read_texts(config.corpus, config)) == [Text("fine, really", "pos")]
    with pytest.raises(BadUsage, match="--quoting yes"):
        Config(separator="::", quoting="yes")
    with pytest.raises(BadUsage, match="--separator"):
        Config(separator="")


@pytest.mark.parametrize("name", ["x.csv", "x.jsonl", "x.pos"])
def test_utf_16_without_a_mark(tmp_path, capsys, name):
    contents = {
        "x.csv": "text,label\nдва слова,pos\n",
        "x.jsonl": '{"text": "два слова", "label": "pos"}\n',
        "x.pos": "два слова\n",
    }
    path = write(tmp_path, {name: contents[name].encode("utf-16-le")}) / name
    assert list(Reader().read(path)) == [Text("два слова", "pos")]
    assert "read as utf-16-le" in capsys.readouterr().out


def test_line_ends_of_old_macs(tmp_path):
    write(tmp_path, {"x.pos": "a b\rc\r", "x.jsonl": '{"text": "a", "label": "b"}\r' * 2})
    assert list(Reader().read(tmp_path / "x.pos")) == [Text("a b", "pos"), Text("c", "pos")]
    assert list(Reader().read(tmp_path / "x.jsonl")) == [Text("a", "b")] * 2


def test_a_file_a_class_splits_at_line_feeds_only(tmp_path):
    write(tmp_path, {"rt.pos": "a\x85b\nc\u2028d\n\n \n", "neg.txt": "e\r\nf\n"})
    assert list(Reader().read(tmp_path / "rt.pos")) == [
        Text("a\x85b", "pos"),
        Text("c\u2028d", "pos"),
    ]
    assert list(Reader().read(tmp_path / "neg.txt")) == [Text("e", "neg"), Text("f", "neg")]


@pytest.mark.parametrize(
    ("text", "encoding", "found"),
    [
        ("a cliché, très bien fait, un café", "latin-1", "cp1252"),
        ("Привет, как дела? Хороший фильм, советую всем.", "cp1251", "cp1251"),
    ],
)
def test_encodings(tmp_path, capsys, text, encoding, found):
    path = write(tmp_path, {"x.pos": (f"{text}\n" * 20).encode(encoding)}) / "x.pos"
    assert list(Reader().read(path)) == [Text(text, "pos")] * 20
    assert (
        capsys.readouterr().out == f"{path}: not UTF-8, read as {found}; --encoding names another\n"
    )
    assert list(Reader(encoding=encoding).read(path)) == [Text(text, "pos")] * 20
    assert capsys.readouterr().out == ""


def test_folders_of_classes(tmp_path):
    """The layout of the Large Movie Review Dataset."""
    write(
        tmp_path,
        {
            **{f"aclImdb/train/{label}/{i}.txt": f"{label} {i}\n" for label in "ab" for i in "01"},
            "aclImdb/train/unsup/0.txt": "no class",
            "aclImdb/train/list.txt": "no text",
            "aclImdb/test/a/0.txt": "of test",
            "aclImdb/README": "",
        },
    )
    corpus = load(Config(corpus=(str(tmp_path / "aclImdb"),), valid=("fold:1/2",)))
    assert corpus.train == [Text("a 0", "a"), Text("b 0", "b")]
    assert corpus.valid == [Text("a 1", "a"), Text("b 1", "b")]
    assert corpus.test == [Text("of test", "a")]
    flat = load(Config(corpus=(str(tmp_path / "aclImdb/train"),), valid=("fold:0/2",)))
    assert flat.train == corpus.valid and not flat.test


def test_folder_of_tables(tmp_path):
    table = "text,label\nx,{}\ny,{}\n"
    names = {"train.csv": "ab", "dev.csv": "ba", "my_test.csv": "aa"}
    write(tmp_path, {name: table.format(*labels) for name, labels in names.items()})
    corpus = load(Config(corpus=(str(tmp_path),)))
    assert [text.label for text in corpus.train + corpus.valid + corpus.test] == list("abbaaa")
    assert list(sets.read_texts((str(tmp_path),), Config())) == corpus.test


def lines(label, count):
    return "".join(f"{label} {i}\n" for i in range(count))


def test_folds_are_within_each_class(tmp_path):
    """Line number modulo N; both sets are of the whole corpus, whichever is taken first."""
    write(tmp_path, {"x.a": lines("a", 25), "x.b": lines("b", 12)})
    files = (str(tmp_path / "x.a"), str(tmp_path / "x.b"))
    corpus = load(Config(corpus=files, valid=("fold:8/10",), test=("fold:9/10",)))
    assert {text.text for text in corpus.valid} == {"a 8", "a 18", "b 8"}
    assert {text.text for text in corpus.test} == {"a 9", "a 19", "b 9"}
    assert len(corpus.train) == 37 - 6
    # The same in the other order of files, and in a table.
    again = load(Config(corpus=files[::-1], valid=("fold:8/10",), test=("fold:9/10",)))
    assert set(again.test) == set(corpus.test)


def test_shares_are_of_each_class_and_of_a_seed(tmp_path):
    write(tmp_path, {"x.a": lines("a", 30), "x.b": lines("b", 10)})
    files = (str(tmp_path / "x.a"), str(tmp_path / "x.b"))

    def of_seed(seed):
        return load(Config(corpus=files, valid=("0.1",), test=("0.2",), seed=seed))

    corpus = of_seed(1)
    assert [sum(t.label == label for t in corpus.test) for label in "ab"] == [6, 2]
    assert [sum(t.label == label for t in corpus.valid) for label in "ab"] == [3, 1]
    parts = corpus.train + corpus.valid + corpus.test
    assert len(parts) == len(set(parts)) == 40
    assert of_seed(1) == corpus != of_seed(2)


def test_valid_and_test_files(tmp_path):
    write(tmp_path, {"x.a": lines("a", 3), "x.b": lines("b", 3), "y.csv": "text,label\nz,a\n"})
    files = (str(tmp_path / "x.a"), str(tmp_path / "x.b"))
    corpus = load(Config(corpus=files, test=(str(tmp_path / "y.csv"),), valid=files))
    assert corpus.test == [Text("z", "a")]
    assert corpus.valid == corpus.train


def test_duplicates_but_for_case_and_spaces():
    train = [Text("A  good\tone", "x"), Text("other", "y")]
    texts = [Text("a good one", "x"), Text("another", "y"), Text("OTHER", "x")]
    assert sets.count_duplicates(texts, train) == 2


def test_embedded_corpus():
    corpus = load(Config())
    assert sets.labels_of(corpus.train) == ["mixed", "negative", "positive"]
    every = corpus.train + corpus.valid + corpus.test
    assert len(every) >= 800
    assert len({" ".join(text.text.lower().split()) for text in every}) == len(every)
    assert min(len(corpus.valid), len(corpus.test)) >= 100


BAD = {
    "none.csv": None,
    "folder": None,
    "empty.csv": "",
    "header.csv": "text,label\n",
    "columns.csv": "text,stars\nx,1\n",
    "short.csv": "text,label\nx,a\ny\n",
    "quote.csv": 'text,label\nx,a\n"y, z,b\n',
    "no_class.tsv": "text\tlabel\nx\t \n",
    "bad.jsonl": '{"text": "x", "label": "a"}\n{"text": \n',
    "list.jsonl": "[1]\n",
    "key.jsonl": '{"text": "x"}\n',
    "null.jsonl": '{"text": null, "label": "a"}\n',
    "half.jsonl": '{"text": "\\ud800", "label": "a"}\n',
    "digits.jsonl": '{"text": "a", "label": ' + "9" * 5000 + "}\n",
    "deep.jsonl": "[" * 100_000,
    "truth.jsonl": '{"text": "x", "label": true}\n',
    "one.csv": "text,label\nx,a\ny,a\n",
    "blank.pos": "\n \n",
}


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("none.csv", ": no such file or directory"),
        ("folder", ": expected a folder for each class"),
        ("empty.csv", ":1: no column `text`, found nothing"),
        ("header.csv", ": no texts"),
        ("columns.csv", ":1: no column `label`, found text, stars"),
        ("short.csv", ":3: 1 columns, expected 2"),
        ("quote.csv", ":3: unexpected end of data"),
        ("no_class.tsv", ":2: no class"),
        ("bad.jsonl", ":2: not JSON"),
        ("list.jsonl", ":1: expected a JSON object"),
        ("key.jsonl", ":1: no key `label`, found text"),
        ("null.jsonl", ":1: `text` is null, expected a string"),
        ("half.jsonl", ":1: half of a surrogate pair, expected Unicode text"),
        ("digits.jsonl", ":1: not JSON: "),
        ("deep.jsonl", ":1: JSON nested too deep"),
        ("truth.jsonl", ":1: `label` is true, expected a string"),
        ("one.csv", ": one class only, a; expected at least two"),
        ("blank.pos", ": no texts"),
    ],
)
def test_bad_files(tmp_path, name, problem):
    (tmp_path / "folder").mkdir()
    write(tmp_path, {name: content for name, content in BAD.items() if content is not None})
    with pytest.raises(BadData) as error:
        load(Config(corpus=(str(tmp_path / name),), valid=("0.5",)))
    assert str(error.value).startswith(f"{tmp_path / name}{problem}")


def test_encodings_that_do_not_fit(tmp_path):
    path = write(tmp_path, {"x.pos": b"fine\ncaf\xe9\n"}) / "x.pos"
    with pytest.raises(BadData, match=r"x\.pos:2: byte 0xe9, expected ascii"):
        list(Reader(encoding="ascii").read(path))
    with pytest.raises(BadUsage, match="--encoding klingon: no such encoding"):
        list(Reader(encoding="klingon").read(path))


def test_a_class_never_seen_in_training(tmp_path):
    write(tmp_path, {"x.a": lines("a", 9), "x.b": lines("b", 9), "x.c": "new\n"})
    files = (str(tmp_path / "x.a"), str(tmp_path / "x.b"))
    with pytest.raises(BadData, match="test texts: the class c, which no training text has"):
        load(Config(corpus=files, test=(str(tmp_path / "x.c"),)))
