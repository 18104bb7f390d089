"""Sound files, as libsndfile reads them, and raw sound: samples of one channel at one rate."""

import contextlib
import math
import os
import sys
import threading
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import numpy as np
import soundfile
import soxr

from gated.commands.quiet import quiet
from gated.errors import BadData
from gated.reading.files import open_bytes

from .utterance import Utterance

ENDINGS = (".flac", ".wav", ".sph", ".mp3", ".ogg", ".opus", ".aiff", ".au")
_EXPECTED = "a sound file: wav, flac, ogg, mp3 or NIST sphere"

_RATES = (1000, 1_000_000)  # samples a second
_AT_ONCE = 2**18  # samples of all channels that are read
_SHORTEST, _LONGEST = 0.1, 3600.0  # seconds of an utterance
_SILENCE = 2**-13  # from the least sample to the greatest: four steps of 16 bits
_MISSING = 0.1  # of what is stated: so much less, and the end was cut off
_UNKNOWN = 1  # SF_ERR_UNRECOGNISED_FORMAT of libsndfile

# What stderr is, is changed and put back by one thread at a time.
_alone = threading.Lock()


def find(path: Path) -> str:
    """The sound file of a path with or without its ending; the path itself, where there is none."""
    endings = ("", *(end for one in ENDINGS for end in (one, one.upper())))
    # What cannot be a name, as one that is too long, is none of a file.
    return next(filter(os.path.isfile, (f"{path}{end}" for end in endings)), str(path))


def measured(utterance: Utterance) -> Utterance:
    """An utterance with its duration, after its samples have been looked at.

    Raises:
        BadData: where they cannot be read, are cut off, silent, too short or too long.
    """
    path = utterance.audio
    least, greatest, count = math.inf, -math.inf, 0
    with _opened(path) as sound:
        rate = sound.samplerate
        stated = utterance.seconds or max(0.0, sound.frames / rate - utterance.start)
        for block in _mono(sound, path, utterance.start, utterance.seconds):
            if not np.isfinite(block).all():
                raise BadData(f"{path}: damaged, has samples that are no numbers")
            least, greatest = min(least, float(block.min())), max(greatest, float(block.max()))
            count += len(block)
            if count > _LONGEST * rate:
                raise BadData(f"{path}: longer than {_LONGEST:,.0f} s, expected shorter segments")
    seconds = count / rate
    if not count:
        raise BadData(f"{path}: empty")
    if seconds < (1 - _MISSING) * stated:
        raise BadData(f"{path}: cut off, {seconds:.2f} s of {stated:.2f}")
    if seconds < _SHORTEST:
        raise BadData(f"{path}: too short, {seconds:.2f} s")
    if greatest - least <= _SILENCE:
        raise BadData(f"{path}: silent")
    return replace(utterance, seconds=seconds)


def samples(utterance: Utterance, rate: int) -> np.ndarray:
    """The samples of an utterance, float32 [n], from -1 to 1, so many a second.

    The mean of all channels; resampled by soxr. Raises BadData where they cannot be read.
    """
    path = utterance.audio
    with _opened(path) as sound:
        read = _mono(sound, path, utterance.start, utterance.seconds)
        parts = [np.zeros(0, "float32"), *_resampled(read, sound.samplerate, rate)]
    return np.concatenate(parts)


def duration(path: str) -> float:
    """Seconds of a recording, as its header has it. Raises BadData."""
    with _opened(path) as sound:
        return sound.frames / sound.samplerate


def blocks(
    source: str | BinaryIO, rate: int, seconds: float, pcm_rate: int | None = None
) -> Iterator[np.ndarray]:
    """The samples of a recording of any length, as `samples` has them, so many seconds at a time.

    Args:
        source: the path of a sound file, or a stream of raw sound: 16 bits a sample, little-endian,
            one channel.
        rate: samples a second of the blocks.
        seconds: the duration of each block but the last.
        pcm_rate: samples a second of a stream; None: as many.

    Raises:
        BadData: where they cannot be read.
    """
    size = max(1, round(seconds * rate))
    held = np.zeros(0, "float32")
    for part in _stream(source, rate, pcm_rate or rate, seconds):
        held = np.concatenate([held, part])
        for start in range(0, len(held) - size + 1, size):
            yield held[start : start + size]
        held = held[len(held) // size * size :]
    if len(held):
        yield held


def _stream(
    source: str | BinaryIO, rate: int, pcm_rate: int, seconds: float
) -> Iterator[np.ndarray]:
    if isinstance(source, str):
        with _opened(source) as sound:
            yield from _resampled(_mono(sound, source), sound.samplerate, rate)
    else:
        at_once = min(_AT_ONCE, max(1, round(seconds * pcm_rate)))
        yield from _resampled(_pcm(source, at_once), pcm_rate, rate)


def _pcm(stream: BinaryIO, at_once: int) -> Iterator[np.ndarray]:
    held = b""
    while more := stream.read(2 * at_once):
        held += more
        whole = len(held) // 2 * 2
        yield np.frombuffer(held[:whole], "<i2").astype("float32") / 2**15
        held = held[whole:]


@contextlib.contextmanager
def _opened(path: str) -> Iterator[soundfile.SoundFile]:
    """An open sound file. Raises BadData where it is none."""
    with _file(path) as file:
        with _native(path):
            # By its number: libsndfile then reads itself, and finds the format in the content.
            sound = soundfile.SoundFile(file.fileno(), closefd=False)
        with sound:
            least, most = _RATES
            if not least <= sound.samplerate <= most:
                found = f"{sound.samplerate:,} samples a second"
                raise BadData(f"{path}: {found}, expected {least:,} to {most:,}")
            yield sound


def _file(path: str) -> BinaryIO:
    special = os.path.exists(path) and not os.path.isfile(path) and not os.path.isdir(path)
    if special or "\0" in path:
        raise BadData(f"{path}: not a file, expected {_EXPECTED}")
    if path.endswith(".gz"):
        raise BadData(f"{path}: gzipped, expected {_EXPECTED}")
    return open_bytes(path, _EXPECTED)


@contextlib.contextmanager
def _native(path: str) -> Iterator[None]:
    """Within, what libsndfile raises is BadData, and what libmpg123 writes to stderr is dropped."""
    with contextlib.ExitStack() as stack:
        if path.lower().endswith(".mp3"):
            stack.enter_context(_alone)
            stack.enter_context(quiet(2))
        try:
            yield
        except soundfile.LibsndfileError as error:
            reason = f"expected {_EXPECTED}" if error.code == _UNKNOWN else "damaged"
            raise BadData(f"{path}: {reason}") from None


def _mono(
    sound: soundfile.SoundFile, path: str, start: float = 0.0, seconds: float = 0.0
) -> Iterator[np.ndarray]:
    first = round(start * sound.samplerate)
    left = round(seconds * sound.samplerate) if seconds else sys.maxsize
    if first >= sound.frames:
        return
    at_once = max(1, _AT_ONCE // sound.channels)
    # A product is far faster than `mean` of so few.
    shares = np.full(sound.channels, 1 / sound.channels, "float32")
    with _native(path):
        sound.seek(first)
    while left:
        with _native(path):
            block = sound.read(min(left, at_once), "float32", always_2d=True)
        if not len(block):
            return
        left -= len(block)
        with np.errstate(all="ignore"):  # of damaged files
            mean = block @ shares
        yield mean


def _resampled(parts: Iterable[np.ndarray], given: int, wanted: int) -> Iterator[np.ndarray]:
    if given == wanted:
        yield from parts
        return
    stream = soxr.ResampleStream(given, wanted, 1, dtype="float32")
    for part in parts:
        yield stream.resample_chunk(part)
    yield stream.resample_chunk(np.zeros(0, "float32"), last=True)
