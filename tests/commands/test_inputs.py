"""The texts that a command is given, and what is none."""

import io
import re
import sys
from types import SimpleNamespace

import pytest

from gated.commands.inputs import after, given_texts
from gated.commands.outputs import Done
from gated.errors import BadData, BadUsage


def read(arguments=(), files=(), input=None):
    return [(one.text, one.fields) for one in given_texts(arguments, files, input)]


def test_json_by_its_ending_or_by_option(tmp_path):
    line = '{"text": "a\\nb", "x": [1]}'
    fields = {"text": "a\nb", "x": [1]}
    for name in ("x.jsonl", "x.txt"):
        (tmp_path / name).write_text(f"{line}\r\n\n", encoding="utf-8")
    jsonl, txt = tmp_path / "x.jsonl", tmp_path / "x.txt"
    assert read(files=[jsonl, txt]) == [("a\nb", fields), (line, None), ("", None)]
    assert read(files=[jsonl, txt], input="json") == [("a\nb", fields)] * 2
    assert read(files=[jsonl], input="text") == [(line, None), ("", None)]
    assert read([line]) == [(line, None)]
    assert read([line, line], input="json") == [("a\nb", fields)] * 2


def test_standard_input(monkeypatch):
    for input, expected in (("text", ('{"text": "é"}', None)), ("json", ("é", {"text": "é"}))):
        content = io.BytesIO('{"text": "é"}\n'.encode())
        monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=content))
        assert read(input=input) == [expected]


def test_sizes_are_those_of_the_file(tmp_path):
    path = tmp_path / "x.txt"
    path.write_text("é\n\n👍🏽 a\n", encoding="utf-8")
    assert sum(one.size for one in given_texts((), [path], None)) == path.stat().st_size


def test_a_file_is_read_a_line_at_a_time(tmp_path):
    path = tmp_path / "x.txt"
    path.write_bytes(b"a\nb\n\xff\n")
    texts = given_texts((), [path], None)
    assert [next(texts).text for _ in range(2)] == ["a", "b"]
    with pytest.raises(BadData, match=r"x\.txt:3: byte 0xff"):
        next(texts)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'{"text": ', "1: not JSON: "),
        (b'\n{"text": "a"}\n{"txt": "a"}', """3: '{"txt": "a"}', expected an object with a"""),
        (b'{"text": 3}', """1: '{"text": 3}', expected an object with a string `text`"""),
        (b'["text"]', """1: '["text"]', expected an object"""),
        (b'{"text": "caf\xe9"}', "1: byte 0xe9, expected UTF-8"),
        (b'{"text": "a", "x": "\\ud800"}', "1: half of a surrogate pair"),
        (b"[" * 100_000, "1: "),
        (b"1" * 10_000, "1: "),
    ],
)
def test_no_texts(tmp_path, content, message):
    path = tmp_path / "x.jsonl"
    path.write_bytes(content)
    with pytest.raises(BadData, match="^" + re.escape(f"{path}:{message}")) as caught:
        read(files=[path])
    assert "\n" not in str(caught.value)


def test_what_is_known_at_once(tmp_path):
    (tmp_path / "a.txt").touch()
    with pytest.raises(BadData, match=r"b\.txt: no such file"):
        given_texts((), [tmp_path / "a.txt", tmp_path / "b.txt"], None)
    with pytest.raises(BadUsage, match="give texts or --file, not both"):
        given_texts(["a"], [tmp_path / "a.txt"], None)


def test_going_on_after_what_is_done():
    def rest(done):
        found = after(given_texts(["a", "bc", "c"], (), None), done, sizes.append)
        return [one.text for one in found]

    sizes = []
    assert rest(Done()) == ["a", "bc", "c"] and not sizes
    assert rest(Done(2, b'{"text": "bc", "x": 1}\n')) == ["c"] and sizes == [2, 3]
    assert rest(Done(3, b'{"text": "c"}\n')) == []
    for done in (Done(2, b'{"text": "c"}\n'), Done(4, b'{"text": "d"}\n'), Done(1, b"3\n")):
        with pytest.raises(BadUsage, match=f"^--resume: line {done.count} of what is there is not"):
            rest(done)
