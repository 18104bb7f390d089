"""The texts that a command is given: arguments, files, standard input; as they are or in JSON."""

import contextlib
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, tee
from pathlib import Path
from typing import TypeVar

from gated.commands.outputs import Done
from gated.commands.progress import bar_of_bytes
from gated.errors import BadData, BadUsage
from gated.reading.files import decode_lines, open_bytes, stream_lines
from gated.reading.json_text import parse_json

T = TypeVar("T")


@dataclass(frozen=True)
class Given:
    """A text, the object that it came in if it came in JSON, and how many bytes it took there."""

    text: str
    fields: dict | None
    size: int
    #: File and line number.
    place: str


#: What a model makes of texts: an object for each, with what came with it.
Predict = Callable[[Iterator[Given]], Iterable[dict]]


def given_texts(
    arguments: Sequence[str], files: Sequence[str], input: str | None
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
    for one in islice(given, done.count):
        advance(one.size)
    if done.count:
        try:
            same = json.loads(done.last)["text"] == (one and one.text)
        except (ValueError, LookupError, TypeError):
            same = False
        if not same:
            raise BadUsage(f"--resume: line {done.count} of what is there is not of these inputs")
    return given


def _given(arguments, files, input):
    if files:
        for path in files:
            of_file = input or ("json" if Path(path).suffix.lower() == ".jsonl" else "text")
            yield from given_of_lines(stream_lines(path), path, of_file)
    elif arguments:
        # Python hides bytes that are not UTF-8 in strings that nothing else can read.
        name = "argument"
        yield from given_of_lines(decode_lines(map(os.fsencode, arguments), name), name, input)
    else:
        name = "standard input"
        yield from given_of_lines(decode_lines(sys.stdin.buffer, name), name, input)


def given_of_lines(lines: Iterator[str], name: str, input: str | None) -> Iterator[Given]:
    """The texts of the lines of a file, as `given_texts`."""
    for number, line in enumerate(lines, 1):
        if input != "json":
            yield Given(line, None, len(line.encode()) + 1, f"{name}:{number}")
        elif line.strip():
            yield given_of_json(line, name, number)


def given_of_json(line: str, name: str, number: int) -> Given:
    """The text of an object in JSON. Raises BadData where there is none."""
    fields = parse_json(line, name, number)
    place = f"{name}:{number}"
    if not isinstance(fields, dict) or not isinstance(fields.get("text"), str):
        raise BadData(f"{place}: {line[:40]!r}, expected an object with a string `text`")
    return Given(fields["text"], fields, len(line.encode()) + 1, place)


def with_results(
    given: Iterator[Given], predict: Callable[[Iterator[str]], Iterable[T]]
) -> Iterator[tuple[Given, T]]:
    """Each text with what is predicted of it, by a function that may read some texts at a time."""
    for_model, beside = tee(given)
    yield from zip(beside, predict(one.text for one in for_model), strict=True)


@contextlib.contextmanager
def reading(files: Sequence[str]) -> Iterator[Callable[[int], object]]:
    """Shows a bar that a function of the number of bytes just read moves on.

    On a terminal, and if what is found goes elsewhere: its lines and the bar would overwrite each
    other.
    """
    if not files or sys.stdout.isatty():
        yield lambda size: None
        return
    total = sum(os.stat(path).st_size for path in files)  # that of a pipe is not known
    with bar_of_bytes(total) as advance:
        yield advance
