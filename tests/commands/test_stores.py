"""What is read where workers predict."""

import bz2
import gzip
import json
import re

import pyarrow
import pytest
from pyarrow import parquet

from gated.commands.stores import find
from gated.errors import BadData


def names(*given):
    return [one.name for one in find([str(one) for one in given])]


def texts(path, input=None):
    [stored] = find([str(path)])
    return [(one.place.removeprefix(f"{path}:"), one.text) for one in stored.texts(input)]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("b.txt", "a.txt", "c.csv", "d/e.txt", ".f.txt", "_g/h.txt", "d/[x].txt"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(name)
    return tmp_path


def test_names(folder):
    assert names("a.txt", folder / "d/e.txt") == ["a.txt", f"{folder}/d/e.txt"]
    assert names("*.txt") == [".f.txt", "a.txt", "b.txt"]
    assert names("[ab].txt", "c*") == ["a.txt", "b.txt", "c.csv"]
    assert names(f"{folder}/?/*.txt") == [f"{folder}/d/[x].txt", f"{folder}/d/e.txt"]
    # A file with such a name is itself.
    assert names("d/[x].txt") == ["d/[x].txt"]


def test_folders_and_uris(folder):
    inside = ["a.txt", "b.txt", "c.csv", "d/[x].txt", "d/e.txt"]
    assert names(".") == inside
    assert names(folder) == [f"{folder}/{one}" for one in inside]
    assert names("d/") == inside[-2:]
    assert names(f"file://{folder}/d") == [f"file://{folder}/{one}" for one in inside[-2:]]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("none.txt", "no such file"),
        ("*.xml", "no such file"),
        ("none/*.txt", "no such file"),
        ("there://is/none", "unrecognized filesystem type"),
        ("s3://[", "cannot parse URI"),
    ],
)
def test_what_is_not_there(tmp_path, monkeypatch, name, message):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BadData, match="^" + re.escape(f"{name}: {message}")) as caught:
        find([name])
    assert "\n" not in str(caught.value)


def test_texts_and_objects(tmp_path):
    content = 'é\r\n\n{"text": "a"}'.encode()
    expected = [("1", "é"), ("2", ""), ("3", '{"text": "a"}')]
    for name, packed in (
        ("x", content),
        ("x.txt.gz", gzip.compress(content[:5]) + gzip.compress(content[5:])),
        ("x.jsonl.txt.BZ2", bz2.compress(content)),
    ):
        (tmp_path / name).write_bytes(packed)
        assert texts(tmp_path / name) == expected
        [stored] = find([str(tmp_path / name)])
        assert stored.size == (len(content) if name == "x" else None)
    for name in ("x.jsonl", "x.JSONL.gz"):
        packed = gzip.compress(content[4:]) if name.endswith("gz") else content[4:]
        (tmp_path / name).write_bytes(packed)
        assert texts(tmp_path / name) == [("2", "a")]
    assert texts(tmp_path / "x.jsonl", "text") == [("1", ""), ("2", '{"text": "a"}')]


def test_what_unpacks_to_far_more(tmp_path):
    path = tmp_path / "x.txt.gz"
    path.write_bytes(gzip.compress(b"a\n" + bytes(2**26)) + gzip.compress(bytes(2**26)))
    assert path.stat().st_size < 2**18
    with pytest.raises(BadData, match=r"x\.txt\.gz:2: more than 64 MB, expected a shorter line"):
        texts(path)


def test_parquet(tmp_path):
    path = tmp_path / "x.parquet"
    table = {"text": ["a", "b\nc"] * 1000, "id": range(2000), "x": [[1.5], None] * 1000}
    parquet.write_table(pyarrow.table(table), path, row_group_size=1500)
    [stored] = find([str(path)])
    found = list(stored.texts(None))
    assert [one.text for one in found] == table["text"]
    assert found[1999].fields == {"text": "b\nc", "id": 1999, "x": None}
    assert found[1999].place == f"{path}:2000"


def packed(content):
    return gzip.compress(content, mtime=0)  # which is in the names of the tests


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("x.txt", b"a\n\xff\n", ":2: byte 0xff, expected UTF-8 text"),
        (
            "x.txt.gz",
            packed(b"a\n" * 10_000)[:-9],
            ": truncated compressed stream, exp",
        ),
        ("x.txt.gz", b"plain", ": zlib inflate failed: incorrect header check, expected a text"),
        (
            "x.jsonl.gz",
            packed(b'{"text": 3}'),
            ":1: '{\"text\": 3}', expected an object",
        ),
        ("x.parquet", b"PAR1", ": "),
    ],
)
def test_what_is_damaged(tmp_path, name, content, message):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(BadData, match="^" + re.escape(f"{path}{message}")) as caught:
        texts(path)
    assert "\n" not in str(caught.value)


def test_parquet_of_what_is_no_text(tmp_path):
    path = tmp_path / "x.parquet"
    of_bytes = pyarrow.array([b"a", b"\xff"]).view(pyarrow.string())
    parquet.write_table(pyarrow.table({"text": of_bytes}), path)
    with pytest.raises(BadData, match=r"x\.parquet: 'utf-8' codec can't decode byte 0xff"):
        texts(path)


def test_parquet_without_texts(tmp_path):
    path = tmp_path / "x.parquet"
    for column, text in (("txt", '"a"'), ("text", "null")):
        values = pyarrow.array([json.loads(text)], pyarrow.string())
        parquet.write_table(pyarrow.table({column: values}), path)
        message = f"{path}:1: '{{\"{column}\": {text}}}', expected an object with a string `text`"
        with pytest.raises(BadData, match="^" + re.escape(message)):
            texts(path)
