"""Folders of predictions."""

import os

import pytest

from gated.commands import shards
from gated.commands.outputs import Done
from gated.commands.shards import Predicted, Shards
from gated.errors import BadData, BadUsage


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(shards, "_BYTES", 3)


def test_shards_of_each_file(tmp_path, small):
    found = [(0, b"a\n"), (0, b"b\n"), (0, b"c\n"), (2, b"d\n"), (10, b"eeeee\n"), (10, b"f\n")]
    out = tmp_path / "out"
    out.mkdir()
    Shards(out, 11, False).write(Predicted(*one) for one in found)
    assert contents(out) == {
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
        Shards(tmp_path, 1, False).write(predicted())
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
    out = Shards(tmp_path, 3, True)
    assert not [name for name in contents(tmp_path) if name.startswith(".")]
    assert [out.done(file) for file in range(3)] == [Done(3, b"c\n"), Done(), Done()]
    out.write([Predicted(0, b"d\n"), Predicted(0, b"e\n"), Predicted(0, b"f\n")])
    out.write([Predicted(1, b"g\n")])
    found = contents(tmp_path)
    assert found["00000-00002.jsonl"] == b"d\ne\n" and found["00000-00003.jsonl"] == b"f\n"
    assert found["00001-00000.jsonl"] == b"g\n"


def test_where_shards_cannot_go(tmp_path):
    shard = tmp_path / "00001-00000.jsonl"
    shard.touch()
    for files, resume, message in (
        (2, False, f"--out {tmp_path}: holds {shard.name}; name another folder, or give --resume"),
        (1, True, f"--resume: {shard.name} in {tmp_path} is of more inputs than these"),
    ):
        with pytest.raises(BadUsage, match=f"^{message}$"):
            Shards(tmp_path, files, resume)
    (tmp_path / "another").touch()
    with pytest.raises(BadUsage, match=r"holds another; name another folder$"):
        Shards(tmp_path, 2, True)


def test_a_folder_that_is_gone(tmp_path):
    (tmp_path / "out").mkdir()
    out = Shards(tmp_path / "out", 1, False)
    (tmp_path / "out").rmdir()
    (tmp_path / "out").touch()
    with pytest.raises(BadData, match=r"00000-00000\.jsonl: cannot be written: File exists"):
        out.write([Predicted(0, b"a\n")])
