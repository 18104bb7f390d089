"""Every reader on what a person or a broken pipe can give it: one line, or what can be read."""

import builtins
import errno
import io
import os
import time
from pathlib import Path

import pytest

from gated.errors import BadData, BadUsage
from tests.fuzz.fuzzing import fuzz
from tests.fuzz.mutation import damaged
from tests.fuzz.readers import READERS

MILLION = 10**6
# The others pyarrow opens, or libsndfile reads, without what Python has for it.
NATIVE = ("gzipped", "parquet", "wav", "flac", "ogg", "mp3", "sphere")
OPENED = [name for name in READERS if name not in NATIVE]
# What each file becomes; of one that is not text, as well.
DAMAGED = {
    "empty": lambda whole: b"",
    "blank": lambda whole: b"\n \n\n",
    "cut": lambda whole: whole[: len(whole) // 2],
    "in UTF-16": lambda whole: whole.decode("latin-1").encode("utf-16"),
    "in Latin-1": lambda whole: whole.decode("utf-8", "replace").encode("latin-1", "replace"),
    "with mixed line ends": lambda whole: whole.replace(b"\n", b"\r\n", 3).replace(b"\n", b"\r", 2),
    "with NULs": lambda whole: whole.replace(b"e", b"\0"),
    "of NULs": lambda whole: bytes(4096),
    "with a line of a million": lambda whole: whole + b"\n" + b"ab cd " * (MILLION // 6) + b"\n",
    "with a token of a million": lambda whole: whole.replace(b"the", b"x" * MILLION) + whole,
    "of digits": lambda whole: b"9" * MILLION,
    "of brackets": lambda whole: b"[" * MILLION,
    "of quotes": lambda whole: b'"' * 10**5,
    "with its last line a thousand times": lambda whole: whole + 1000 * whole[-40:],
}


@pytest.mark.parametrize("damage", DAMAGED.values(), ids=DAMAGED)
@pytest.mark.parametrize("name", READERS)
def test_damaged(tmp_path, name, damage):
    reader = READERS[name]
    for example in reader.examples:
        path = tmp_path / reader.file
        path.write_bytes(damage(example))
        begun = time.process_time()
        check(reader, path)
        assert time.process_time() - begun < 5


def check(reader, path):
    try:
        reader.read(path)
    except (BadData, BadUsage) as error:
        assert str(error).isprintable() and len(str(error)) < 1100


@pytest.mark.parametrize("name", READERS)
def test_not_there_and_a_folder(tmp_path, name):
    path = tmp_path / READERS[name].file
    refuses(READERS[name], path, "no such file or directory")
    path.mkdir()
    if name != "text":  # which reads folders
        refuses(READERS[name], path, "is a directory")


def refuses(reader, path, reason):
    with pytest.raises(BadData, match=f"(?i)^{path.parent}.*{reason}"):
        reader.read(path)


@pytest.fixture
def opened(monkeypatch):
    """Has something else done where a path is opened; chmod denies root nothing."""

    def replace(path, instead):
        before = io.open

        def open_(file, *given, **named):
            mode = given[0] if given else named.get("mode", "r")
            if isinstance(file, str | os.PathLike) and Path(file) == path and "r" in mode:
                return instead(path)
            return before(file, *given, **named)

        monkeypatch.setattr(builtins, "open", open_)
        monkeypatch.setattr(io, "open", open_)

    return replace


@pytest.mark.parametrize("name", OPENED)
def test_no_permission(tmp_path, opened, name):
    def denied(path):
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    path = tmp_path / READERS[name].file
    path.write_bytes(READERS[name].examples[0])
    opened(path, denied)
    refuses(READERS[name], path, "permission denied")


class Shrinking(io.FileIO):
    """A file that loses half of what it has whenever some bytes of it are read."""

    def readinto(self, buffer):
        count = super().readinto(memoryview(buffer)[:40])
        os.truncate(self.name, os.path.getsize(self.name) // 2)
        return count

    def readall(self):
        return b"".join(iter(lambda: self.read(40), b""))

    def read(self, size=-1):
        buffer = bytearray(40)
        return bytes(buffer[: self.readinto(buffer)])


@pytest.mark.parametrize("name", OPENED)
def test_shrinks_while_it_is_read(tmp_path, opened, name):
    reader = READERS[name]
    for example in reader.examples:
        path = tmp_path / reader.file
        path.write_bytes(example)
        opened(path, lambda path: io.BufferedReader(Shrinking(path), 40))
        check(reader, path)
        assert path.stat().st_size <= len(example) // 2


@pytest.mark.parametrize("name", READERS)
def test_the_examples_are_read(tmp_path, name):
    for example in READERS[name].examples:
        path = tmp_path / READERS[name].file
        path.write_bytes(example)
        assert READERS[name].read(path)


@pytest.mark.parametrize("name", READERS)
def test_fuzz(tmp_path, name):
    """A short run of `python -m tests.fuzz`, on other numbers than those it begins with."""
    assert [fault for fault in fuzz(name, range(10**9, 10**9 + 50), tmp_path) if fault] == []


def test_an_input_depends_on_its_number_alone():
    examples = READERS["csv"].examples
    found = {damaged(examples, f"csv {number}") for number in range(20)}
    assert found == {damaged(examples, f"csv {number}") for number in range(20)}
    assert len(found) > 15
