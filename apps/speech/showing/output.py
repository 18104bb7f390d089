"""Transcripts for people and for programs."""

from collections.abc import Iterable, Iterator

from ..model.transcript import Transcript


def write_text(found: Iterable[Transcript], named: bool) -> None:
    """What is said in each recording, a line each.

    Args:
        found: of each recording.
        named: whether its name stands before it, and a tab after that.
    """
    for one in found:
        print(f"{one.name}\t{one.text}" if named else one.text, flush=True)


def objects(found: Iterable[Transcript]) -> Iterator[dict]:
    """What is said in each recording, and when: times in seconds, log P in nats."""
    for one in found:
        yield {
            "name": one.name,
            "text": one.text,
            "seconds": round(one.seconds, 3),
            "log_p": round(one.log_p, 4),
            "words": [
                {
                    "text": word.text,
                    "start": round(word.start, 3),
                    "end": round(word.end, 3),
                    "confidence": round(word.confidence, 4),
                }
                for word in one.words
            ],
        }
