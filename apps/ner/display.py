"""Tagged sentences for people and for programs."""

import json
from collections.abc import Sequence
from itertools import cycle
from zlib import crc32

from rich.console import Console
from rich.text import Text

from apps.ner.schemes import spans

_COLOURS = ("cyan", "green", "magenta", "yellow", "blue", "red")
_KNOWN = dict(zip(("PER", "LOC", "ORG", "MISC"), cycle(_COLOURS)))


def entities(text: str, tags: Sequence[str], offsets: Sequence[Sequence[int]]) -> list[dict]:
    """The entities of a sentence: text, type, and where they start and end in characters."""
    return [
        {
            "text": text[offsets[span.start][0] : offsets[span.end - 1][1]],
            "type": span.type,
            "start": offsets[span.start][0],
            "end": offsets[span.end - 1][1],
        }
        for span in spans(tags)
    ]


def write_text(text, tokens, tags, offsets):
    line, last = Text(), 0
    for entity in entities(text, tags, offsets):
        colour = _KNOWN.get(entity["type"]) or _COLOURS[crc32(entity["type"].encode()) % 6]
        line.append(text[last : entity["start"]])
        line.append(f"[{entity['text']}", f"bold {colour}")
        line.append(f" {entity['type']}", colour)
        line.append("]", f"bold {colour}")
        last = entity["end"]
    line.append(text[last:])
    Console(soft_wrap=True, highlight=False).print(line)


def write_conll(text, tokens, tags, offsets):
    print("".join(f"{token}\t{tag}\n" for token, tag in zip(tokens, tags, strict=True)))


def write_json(text, tokens, tags, offsets):
    found = {"text": text, "entities": entities(text, tags, offsets)}
    print(json.dumps(found, ensure_ascii=False))


WRITERS = {"text": write_text, "conll": write_conll, "json": write_json}
