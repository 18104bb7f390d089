"""Tagged texts for people and for programs."""

from collections.abc import Iterable, Iterator
from itertools import cycle
from pathlib import Path
from zlib import crc32

from rich.console import Console
from rich.text import Text

from gated.commands.inputs import Given, Predict, with_results
from gated.commands.quiet import import_tensorflow
from gated.runs.folder import RunFolder
from gated.text.spans import between

from ..model.tagged import Entity, TaggedText

# What came with each text, and what was found in it.
Found = Iterable[tuple[dict | None, TaggedText]]

_COLOURS = ("cyan", "green", "magenta", "yellow", "blue", "red")
_KNOWN = dict(zip(("PER", "LOC", "ORG", "MISC"), cycle(_COLOURS)))


def write_text(found: Found) -> None:
    """Each text with its entities in colour."""
    console = Console(soft_wrap=True, highlight=False)
    for _, tagged in found:
        console.print(coloured(tagged.text, tagged.entities))


def write_taggings(found: Found) -> None:
    """Each sentence with its entities in colour, after the probability, once for each tagging."""
    console = Console(soft_wrap=True, highlight=False)
    for _, tagged in found:
        for sentence in tagged.sentences:
            start, end = sentence.offsets[0][0], sentence.offsets[-1][1]
            for one in sentence.taggings:
                line = Text(f"{one.probability:.4f}  ", "dim")
                console.print(line + coloured(tagged.text, one.entities, start, end))
            console.print()


def load_objects(run: Path, k_best: int, threshold: float) -> Predict:
    """Loads the tagger of a run in this process, for texts that are to become objects."""
    import_tensorflow()
    from ..model.tagger import Tagger

    tagger = Tagger.load(RunFolder(run))

    def predict(given: Iterator[Given]) -> Iterator[dict]:
        tagged = with_results(given, lambda texts: tagger.tag_texts(texts, k_best, threshold))
        return objects(((one.fields, found) for one, found in tagged), k_best > 1)

    return predict


def objects(found: Found, taggings: bool) -> Iterator[dict]:
    """What came with each text, its entities, and if asked for the taggings of each sentence."""
    for fields, tagged in found:
        given = fields or {"text": tagged.text}
        yield {**given, "entities": _objects(tagged.entities)} | (
            {"sentences": _sentences(tagged)} if taggings else {}
        )


def coloured(text: str, entities: Iterable[Entity], start: int = 0, end: int | None = None) -> Text:
    """A part of a text with brackets around its entities, and their types in them."""
    line = Text()
    for before, one in between(text, entities, start, end):
        line.append(before)
        if one:
            colour = _KNOWN.get(one.type) or _COLOURS[crc32(one.type.encode()) % 6]
            line.append(f"[{one.text}", f"bold {colour}")
            line.append(f" {one.type}", colour)
            line.append("]", f"bold {colour}")
    return line


def _sentences(tagged: TaggedText) -> list[dict]:
    return [
        {
            "start": sentence.offsets[0][0],
            "end": sentence.offsets[-1][1],
            "taggings": [
                {
                    "probability": round(one.probability, 6),
                    "entities": _objects(one.entities),
                }
                for one in sentence.taggings
            ],
        }
        for sentence in tagged.sentences
    ]


def _objects(entities: Iterable[Entity]) -> list[dict]:
    return [{**one._asdict(), "probability": round(one.probability or 0, 6)} for one in entities]
