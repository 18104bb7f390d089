"""A page to hear recordings, and to read what is said as it is said."""

import io
from base64 import b64encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import soundfile

from gated.pages import begun, stream

from ..model.transcript import Transcript, Word
from ..reading import audio

#: Bytes of sound that a page has. Encoded twice, by the page and by the mail, and with its words,
#: these are 17 MB: most mailboxes take 20.
MOST = 8 * 2**20

_RATE = 16_000  # samples a second of the sound
_COMPRESSION = 0.9  # of Vorbis: 27 kbit/s of speech, so that a page has 40 minutes
_COLUMNS = 600  # of the waveform

_SURE, _DOUBTFUL = 0.9, 0.6  # confidence from which a word is sure, and below which it is doubtful
#: Seconds without a word after which there is another paragraph, where the last one begins. When it
#: has lasted so many seconds half of them are enough, and ever fewer.
_PAUSE, _LASTING = 2.0, 20.0


@dataclass(frozen=True)
class Sound:
    """What a page has of a recording.

    Attributes:
        ogg: the sound, an Ogg Vorbis file; None: too large.
        peaks: of each column of the waveform the largest sample, as a share of the largest of all.
        column: seconds of each.
    """

    ogg: bytes | None
    peaks: list[float]
    column: float


def page(found: Iterable[tuple[Transcript, str | None]]) -> Iterator[str]:
    """HTML that needs no other file, in pieces to write one after the other.

    Args:
        found: what is said in each recording, and the path of its sound; None: there is none. Where
            there would be more than `MOST` bytes of sound, that of a recording is left out.
    """
    return stream(
        __package__,
        "page.html",
        found=begun(_with_sounds(found)),
        most=MOST,
        sure=_SURE,
        doubtful=_DOUBTFUL,
        paragraphs=_paragraphs,
        clock=_clock,
        outline=_outline,
        base64=lambda content: b64encode(content).decode(),
    )


def _with_sounds(
    found: Iterable[tuple[Transcript, str | None]],
) -> Iterator[tuple[Transcript, Sound | None]]:
    left = MOST
    for transcript, path in found:
        sound = _sound(path, transcript.seconds, left) if path else None
        if sound and sound.ogg:
            left -= len(sound.ogg)
        yield transcript, sound


def _sound(path: str, seconds: float, most: int) -> Sound:
    """The sound of a recording, if it has no more bytes than `most`, and its waveform."""
    column = max(1, round(seconds * _RATE / _COLUMNS)) / _RATE
    file, peaks = io.BytesIO(), []
    form = {"format": "OGG", "subtype": "VORBIS", "compression_level": _COMPRESSION}
    with soundfile.SoundFile(file, "w", _RATE, 1, **form) as ogg:
        for block in audio.blocks(path, _RATE, column):
            block = np.nan_to_num(block).clip(-1, 1)
            peaks.append(float(np.abs(block).max()))
            if file.tell() <= most:
                ogg.write(block)
    loudest = max(peaks, default=0) or 1
    return Sound(
        file.getvalue() if file.tell() <= most else None, [one / loudest for one in peaks], column
    )


def _paragraphs(words: Iterable[Word]) -> Iterator[list[Word]]:
    paragraph: list[Word] = []
    for word in words:
        if paragraph:
            last = paragraph[-1].end
            lasted = last - paragraph[0].start
            if word.start >= last + _PAUSE / (1 + lasted / _LASTING):
                yield paragraph
                paragraph = []
        paragraph.append(word)
    if paragraph:
        yield paragraph


def _outline(sound: Sound) -> str:
    """The waveform as a path: seconds from left to right, -1 to 1 from top to bottom."""
    above = [(sound.column * (i + 0.5), peak) for i, peak in enumerate(sound.peaks)]
    points = [*((x, -y) for x, y in above), *reversed(above)]
    return "M" + "L".join(f"{x:.5g} {y:.3f}" for x, y in points) + "Z"


def _clock(seconds: float) -> str:
    """Such as 0:07.3 and 1:02:03.0."""
    tenths = round(10 * seconds)
    minutes, tenths = divmod(tenths, 600)
    hours, minutes = divmod(minutes, 60)
    start = f"{hours}:{minutes:02}" if hours else f"{minutes}"
    return f"{start}:{tenths // 10:02}.{tenths % 10}"
