"""Finds the names in raw sentences, one sentence an argument or a line.

python -m apps.ner.predict --run runs/ner/mine "Ada Lovelace met Charles Babbage in London."
python -m apps.ner.predict --run runs/ner/mine --file notes.txt --format json
cat notes.txt | python -m apps.ner.predict --run runs/ner/mine
"""

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal

import tyro

from apps.ner.display import WRITERS
from gated.errors import BadUsage
from gated.runs.command import run_command
from gated.runs.folder import RunFolder
from gated.runs.quiet import import_tensorflow
from gated.text.files import decode_lines, read_lines


def predict(
    texts: Annotated[tuple[str, ...], tyro.conf.Positional] = (),
    *,
    run: Path = Path("runs/ner/default"),
    file: Path | None = None,
    format: Literal["text", "conll", "json"] = "text",
) -> None:
    """Tags sentences; empty ones are skipped.

    Args:
        texts: the sentences. None, and no file: they are read from standard input.
        run: the run folder that train made.
        file: a text file of sentences, UTF-8.
        format: text, the sentence with its entities in colour; conll, a token and its tag a line;
            json, an object a line with the text and its entities: text, type, and start and end in
            characters.
    """
    if texts and file:
        raise BadUsage("give sentences or --file, not both")
    folder = RunFolder.open(run)
    lines = _arguments(texts) if texts else read_lines(file) if file else _standard_input()

    import_tensorflow()
    from apps.ner.tagger import Tagger

    tagger = Tagger.load(folder)
    for found in tagger.tag_lines(line for line in lines if line.strip()):
        WRITERS[format](*found)


def _arguments(texts: tuple[str, ...]) -> Iterable[str]:
    # Python hides bytes that are not UTF-8 in strings that nothing else can read.
    return decode_lines(map(os.fsencode, texts), "argument")


def _standard_input() -> Iterable[str]:
    return decode_lines(sys.stdin.buffer, "standard input")


if __name__ == "__main__":
    run_command(predict)
