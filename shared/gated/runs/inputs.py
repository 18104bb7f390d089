"""The texts that a command is given: arguments, files, standard input; as they are or in JSON."""

import contextlib
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from gated.errors import BadData, BadUsage
from gated.runs.outputs import Done
from gated.runs.progress import bar_of_bytes
from gated.text.files import decode_lines, open_bytes, stream_lines
from gated.text.json_text import parse_json


@dataclass(frozen=True)
class Given:
    """A text, the object that it came in if it came in JSON, and how many bytes it took there."""

    text: str
    fields: dict | None
    size: int


def given_texts(
    arguments: Sequence[str], files: Sequence[Path], input: str | None
) -> Iterator[Given]:
    """What a command works on, a text an argument or a line, read when it is asked for.

    Args:
        arguments: the texts, if there are any.
        files: else files of texts; else they are on standard input.
        input: `json`, an object with the key `text` in each; None, that in files whose name ends
            in .jsonl.

    Raises:
        BadUsage: at once, if both arguments and files are given.
        BadData: at once on a file that cannot be opened; later, with file and line, on what is no
            UTF-8 or not the JSON that it should be.
    """
    if arguments and files:
        raise BadUsage("give texts or --file, not both")
    for path in files:
        open_bytes(path).close()
    return _given(arguments, files, input)


def after(given: Iterator[Given], done: Done, advance: Callable[[int], object]) -> Iterator[Given]:
    """The texts after those that a command was through with when it was interrupted.

    Args:
        given: all of them.
        done: the lines that it left, one for each.
        advance: is told the size of those.

    Raises:
        BadUsage: if the last of the lines is not that of the text in its place.
    """
    one = None
    for one in islice(given, done.lines):
        advance(one.size)
    if done.lines:
        try:
            same = json.loads(done.last)["text"] == (one and one.text)
        except (ValueError, LookupError, TypeError):
            same = False
        if not same:
            raise BadUsage(f"--resume: line {done.lines} of what is there is not of these inputs")
    return given


def _given(arguments, files, input):
    if files:
        for path in files:
            of_file = input or ("json" if path.suffix.lower() == ".jsonl" else "text")
            yield from _read(stream_lines(path), str(path), of_file)
    elif arguments:
        # Python hides bytes that are not UTF-8 in strings that nothing else can read.
        yield from _read(decode_lines(map(os.fsencode, arguments), "argument"), "argument", input)
    else:
        name = "standard input"
        yield from _read(decode_lines(sys.stdin.buffer, name), name, input)


def _read(lines: Iterator[str], name: str, input: str | None) -> Iterator[Given]:
    for number, line in enumerate(lines, 1):
        size = len(line.encode()) + 1
        if input != "json":
            yield Given(line, None, size)
        elif line.strip():
            fields = _parse(line, name, number)
            yield Given(fields["text"], fields, size)


def _parse(line: str, name: str, number: int) -> dict:
    fields = parse_json(line, name, number)
    if not isinstance(fields, dict) or not isinstance(fields.get("text"), str):
        raise BadData(f"{name}:{number}: {line[:40]!r}, expected an object with a string `text`")
    return fields


@contextlib.contextmanager
def reading(files: Sequence[Path]) -> Iterator[Callable[[int], object]]:
    """Shows a bar that a function of the number of bytes just read moves on.

    On a terminal, and if what is found goes elsewhere: its lines and the bar would overwrite each
    other.
    """
    if not files or sys.stdout.isatty():
        yield lambda size: None
        return
    total = sum(path.stat().st_size for path in files)  # that of a pipe is not known
    with bar_of_bytes(total) as advance:
        yield advance
