"""Folders in the user's cache folder."""

import threading

import pytest

from gated.errors import BadUsage
from gated.reading.cache import cache_folder, cached


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "gated"


def test_where_it_is(cache, monkeypatch):
    assert cache_folder() == cache
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", "/home/ann")
    assert str(cache_folder()) == "/home/ann/.cache/gated"


def test_made_once(cache):
    made = []

    def make(folder):
        made.append(folder)
        (folder / "x").write_text("x")

    threads = [threading.Thread(target=cached, args=("a/b", make)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert cached("a/b", make) == cache / "a" / "b"
    assert (cache / "a" / "b" / "x").read_text() == "x"
    assert len(made) == 1


def test_whole_or_not_there(cache):
    def fail(folder):
        (folder / "x").write_text("x")
        raise ValueError

    with pytest.raises(ValueError):
        cached("a", fail)
    assert [path.name for path in cache.iterdir()] == ["a.lock"]


def test_no_room(cache):
    def fail(folder):
        raise OSError(28, "No space left on device")

    with pytest.raises(BadUsage, match=rf"^{cache}/a: cannot be made: No space left on device$"):
        cached("a", fail)
