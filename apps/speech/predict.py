"""Transcribes recordings of any length.

    python -m apps.speech.predict --run runs/speech/mine interview.wav
    python -m apps.speech.predict *.flac --format json --out transcripts.jsonl
    python -m apps.speech.predict lecture.mp3 --format srt --out lecture.srt
    python -m apps.speech.predict talk.ogg --format html --out talk.html
    python -m apps.speech.predict call.wav --language-model runs/lm/mine --hot-words Lovelace

A long recording is cut at pauses, and is never in memory as a whole.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Literal

from tyro.conf import Positional, arg

from gated.commands.command import run_command
from gated.commands.options import Out, Run
from gated.commands.outputs import print_json, printing_to
from gated.commands.progress import bar_of
from gated.commands.quiet import import_keras
from gated.errors import BadUsage
from gated.runs.folder import RunFolder

from .options import USUAL_SEARCH, Search
from .reading.audio import blocks, duration
from .reading.pauses import Segment, segments
from .showing.output import objects, write_text
from .showing.page import page
from .showing.subtitles import srt, vtt

_BLOCK = 10.0  # seconds that are read at once


def predict(
    recordings: Annotated[Positional[tuple[str, ...]], arg(help="Sound files of any kind.")],
    *,
    run: Run = Path("runs/speech/default"),
    search: Search = USUAL_SEARCH,
    format: Literal["text", "json", "srt", "vtt", "html"] = "text",
    out: Out = None,
) -> None:
    """Transcribes recordings.

    Args:
        format: text, a recording a line; json, an object a line with the words, when each is said,
            in seconds, and how sure it is; srt or vtt, subtitles of one recording; html, a page
            that plays them.
    """
    if not recordings:
        raise BadUsage("expected the names of recordings")
    if format in ("srt", "vtt") and len(recordings) > 1:
        raise BadUsage(f"--format {format} is of one recording, found {len(recordings)}")
    folder = RunFolder.open(run)
    total = sum(map(duration, recordings))

    import_keras()
    from .model.recogniser import Recogniser

    recogniser = Recogniser.load(folder, search)
    with printing_to(out, "\n" if format == "json" else None), bar_of(total, "Transcribing") as bar:
        found = recogniser.transcribe(_cut(recordings, recogniser.rate, bar))
        match format:
            case "text":
                write_text(found, len(recordings) > 1)
            case "json":
                for line in objects(found):
                    print_json(line)
            case "html":
                sys.stdout.writelines(page((one, one.name) for one in found))
            case _:
                subtitles = srt if format == "srt" else vtt
                for one in found:
                    sys.stdout.writelines(subtitles(one.words))


def _cut(
    paths: Sequence[str], rate: int, advance: Callable[[float], object]
) -> Iterator[tuple[str, Iterator[Segment]]]:
    """The segments of each recording."""

    def parts(path):
        for segment in segments(blocks(path, rate, _BLOCK), rate):
            yield segment
            advance(len(segment.samples) / rate)

    for path in paths:
        yield path, parts(path)


if __name__ == "__main__":
    run_command(predict)
