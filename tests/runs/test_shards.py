"""Folders of predictions."""

import os

import pytest

from gated.errors import BadData, BadUsage
from gated.runs import shards
from gated.runs.outputs import Done
from gated.runs.shards import Predicted, Shards


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(shards, "_BYTES", 3)


def test_shards_of_each_file(tmp_path, small):
    found = [(0, b"a\n"), (0, b"b\n"), (0, b"c\n"), (2, b"d\n"), (10, b"eeeee\n"), (10, b"f\n")]
    Shards(tmp_path / "new" / "out", False).write(Predicted(*one) for one in found)
    assert contents(tmp_path / "new" / "out") == {
        "00000-00000.jsonl": b"a\nb\n",
        "00000-00001.jsonl": b"c\n",
        "00002-00000.jsonl": b"d\n",
        "00010-00000.jsonl": b"eeeee\n",
        "00010-00001.jsonl": b"f\n",
    }


def test_a_shard_is_whole_or_not_there(tmp_path, small):
    def predicted():
        yield Predicted(0, b"a\nb\n")
        yield Predicted(0, b"c\n")
        assert len(contents(tmp_path)) == 2
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Shards(tmp_path, False).write(predicted())
    assert contents(tmp_path) == {"00000-00000.jsonl": b"a\nb\n"}


def test_going_on(tmp_path, small):
    for name, content in {
        "00000-00000.jsonl": "a\nb\n",
        "00000-00001.jsonl": "c\n",
        "00000-00003.jsonl": "after one that is missing\n",
        "00001-00001.jsonl": "likewise\n",
        f".{os.getpid()}.00000-00002.jsonl": "of a process that was killed",
    }.items():
        (tmp_path / name).write_text(content)
    out = Shards(tmp_path, True)
    assert [out.done(file) for file in range(3)] == [Done(3, b"c\n"), Done(), Done()]
    out.write([Predicted(0, b"d\n"), Predicted(0, b"e\n"), Predicted(0, b"f\n")])
    out.write([Predicted(1, b"g\n")])
    found = contents(tmp_path)
    assert found["00000-00002.jsonl"] == b"d\ne\n" and found["00000-00003.jsonl"] == b"f\n"
    assert found["00001-00000.jsonl"] == b"g\n"


def test_where_shards_cannot_go(tmp_path):
    file = tmp_path / "file"
    file.touch()
    for folder, resume, message in (
        (file, False, "file: cannot be written: File exists"),
        (file / "x", True, "file/x: cannot be written: Not a directory"),
        (tmp_path, True, f"{tmp_path}: holds file; name another folder$"),
    ):
        with pytest.raises(BadUsage, match=message):
            Shards(folder, resume)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "00000-00000.jsonl").touch()
    with pytest.raises(BadUsage, match=r"holds 00000-00000\.jsonl; .* or give --resume"):
        Shards(tmp_path / "out", False)


def test_a_folder_that_is_gone(tmp_path):
    out = Shards(tmp_path / "out", False)
    (tmp_path / "out").rmdir()
    (tmp_path / "out").touch()
    with pytest.raises(BadData, match=r"00000-00000\.jsonl: cannot be written: File exists"):
        out.write([Predicted(0, b"a\n")])
