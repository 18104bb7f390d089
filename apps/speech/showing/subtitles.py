"""Subtitles: SubRip (SRT) and WebVTT.

A cue has at most two lines of 42 characters and is shown for 1 to 7 seconds, as the guidelines of
subtitlers have it (Karamitroglou 1998, "A Proposed Set of Subtitling Standards in Europe";
Netflix, "Timed Text Style Guide").
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import zip_longest

from ..model.transcript import Word

_WIDTH = 42  # characters of a line
_SHORTEST, _LONGEST = 1.0, 7.0  # seconds of a cue
_PAUSE = 0.8  # seconds without a word, after which there is another cue


@dataclass(frozen=True)
class Cue:
    """What is shown at once.

    Attributes:
        start: in seconds.
        end: in seconds, at most where the next one starts.
        lines: one or two.
    """

    start: float
    end: float
    lines: tuple[str, ...]


def srt(words: Iterable[Word]) -> Iterator[str]:
    """A SubRip file, a cue a piece. It has no way to write what would be a tag, such as <i>."""
    for number, cue in enumerate(cues(words), 1):
        times = f"{_time(cue.start, ',')} --> {_time(cue.end, ',')}"
        yield "\n".join((str(number), times, *cue.lines)) + "\n\n"


def vtt(words: Iterable[Word]) -> Iterator[str]:
    """A WebVTT file (W3C, "WebVTT: The Web Video Text Tracks Format"), a cue a piece."""
    yield "WEBVTT\n\n"
    for cue in cues(words):
        times = f"{_time(cue.start, '.')} --> {_time(cue.end, '.')}"
        yield "\n".join((times, *(escape(line, quote=False) for line in cue.lines))) + "\n\n"


def cues(words: Iterable[Word]) -> Iterator[Cue]:
    """The words of a recording, in the order of time, as what is shown at once.

    A cue ends at a pause; where it would have too many words or last too long, it ends at the
    longest gap of its second half. A short cue stays until its second is over, or the next starts.
    A word of more than a line is cut.
    """
    groups = list(_groups(piece for word in words for piece in _pieces(word)))
    for group, after in zip_longest(groups, groups[1:]):
        start = group[0].start
        end = min(max(group[-1].end, start + _SHORTEST), start + _LONGEST)
        yield Cue(start, min(end, after[0].start) if after else end, _lines(group))


def _groups(words: Iterable[Word]) -> Iterator[list[Word]]:
    """The words of each cue."""
    held: list[Word] = []
    for word in words:
        # After a pause, unless what was before it would be shown too shortly.
        if held and word.start >= max(held[-1].end + _PAUSE, held[0].start + _SHORTEST):
            yield held
            held = []
        held.append(word)
        while len(held) > 1 and not _fits(held):
            at = _cut(held)
            yield held[:at]
            held = held[at:]
    if held:
        yield held


def _fits(words: Sequence[Word]) -> bool:
    return words[-1].end - words[0].start <= _LONGEST and bool(_lines(words))


def _cut(words: Sequence[Word]) -> int:
    """How many of the words, all of which but the last fit, are one cue."""
    places = range(len(words) // 2, len(words))
    long = [at for at in places if words[at].start >= words[0].start + _SHORTEST]
    return max(long or places, key=lambda at: (words[at].start - words[at - 1].end, at))


def _lines(words: Sequence[Word]) -> tuple[str, ...]:
    """The words on one line, or on two as equal as can be, the longer one
    below; none if they do not fit.
    """
    texts = [word.text for word in words]
    if len(line := " ".join(texts)) <= _WIDTH:
        return (line,)
    both = ((" ".join(texts[:at]), " ".join(texts[at:])) for at in range(1, len(texts)))
    best = min(both, key=lambda lines: max(map(len, lines)), default=(line,))
    return best if max(map(len, best)) <= _WIDTH else ()


def _pieces(word: Word) -> Iterator[Word]:
    """A word in pieces of a line at most, each with its share of the time."""
    length = len(word.text)
    second = (word.end - word.start) / max(1, length)
    for at in range(0, length, _WIDTH):
        text = word.text[at : at + _WIDTH]
        start, end = (word.start + second * place for place in (at, at + len(text)))
        yield Word(text, start, end, word.confidence)


def _time(seconds: float, point: str) -> str:
    whole, thousandths = divmod(round(1000 * seconds), 1000)
    minutes, whole = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{whole:02}{point}{thousandths:03}"
