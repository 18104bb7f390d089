"""Long recordings, cut at pauses."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

_FRAME = 0.01  # seconds
_SMOOTHED = 0.1  # seconds over which energy is averaged
_WINDOW = 6.0  # seconds, the least energy in which is the noise
_ABOVE = 4.0  # times the noise (6 dB): what is less is a pause
_FAINTEST = 1e-8  # energy that is a pause in any case (-80 dB)
_PAUSE = 0.2  # seconds; what is shorter may be a stop consonant


@dataclass(frozen=True)
class Segment:
    """A part of a recording.

    Attributes:
        start: where it begins in the recording, in seconds.
        samples: float32 [n].
        silent: whether nothing in it rises above the noise.
    """

    start: float
    samples: np.ndarray
    silent: bool


def segments(blocks: Iterable[np.ndarray], rate: int, seconds: float = 30.0) -> Iterator[Segment]:
    """A recording of any length in segments: all its samples, each in one of them.

    No more than a segment and a block are in memory. A segment ends in the middle of the longest
    pause in the second half of the time that it may have; if there is none, at the quietest place
    there. So WhisperX cuts (Bain et al. 2023, "WhisperX: Time-Accurate Speech Transcription of
    Long-Form Audio"), by what a voice detector says; here a pause is where the smoothed energy is
    less than four times the noise, and the noise at a time is the least of it within three seconds,
    after minimum statistics (Martin 2001, "Noise Power Spectral Density Estimation Based on Optimal
    Smoothing and Minimum Statistics"), but of all frequencies together, and before and after.

    Args:
        blocks: samples, float32 [n] each, of any lengths, as `audio.blocks` gives them.
        rate: samples a second.
        seconds: of a segment, at most, and no less than a frame of 10 ms.
    """
    most = max(_size(rate), round(seconds * rate))
    first = count = 0
    held: list[np.ndarray] = []
    for block in blocks:
        held.append(block)
        count += len(block)
        while count > most:
            whole = np.concatenate(held)
            at = max(1, _end(_energy(whole[:most], rate))) * _size(rate)
            yield _segment(first, whole[:at], rate)
            held, first, count = [whole[at:]], first + at, count - at
    if count:
        yield _segment(first, np.concatenate(held), rate)


def _segment(first: int, samples: np.ndarray, rate: int) -> Segment:
    return Segment(first / rate, samples, bool(_quiet(_energy(samples, rate)).all()))


def _end(energy: np.ndarray) -> int:
    """The frame before which a segment ends."""
    half = len(energy) // 2
    quiet = np.concatenate([[False], _quiet(energy)[half:], [False]])
    pauses = np.flatnonzero(quiet[1:] != quiet[:-1]).reshape(-1, 2)
    lengths = pauses[:, 1] - pauses[:, 0]
    if lengths.max(initial=0) * _FRAME >= _PAUSE:
        return half + int(pauses[lengths.argmax()].mean())
    return half + int(energy[half:].argmin())


def _energy(samples: np.ndarray, rate: int) -> np.ndarray:
    """The mean square about each frame, float64 [frames]."""
    starts = np.arange(0, len(samples), _size(rate))
    sums = np.add.reduceat(np.square(samples, dtype="float64"), starts)
    return _around(sums / np.diff(starts, append=len(samples)), _SMOOTHED).mean(axis=1)


def _quiet(energy: np.ndarray) -> np.ndarray:
    """Whether each frame is as quiet as a pause, bool [frames]."""
    noise = _around(energy, _WINDOW).min(axis=1)
    return energy <= np.maximum(_ABOVE * noise, _FAINTEST)


def _around(values: np.ndarray, seconds: float) -> np.ndarray:
    """The values about each frame, [frames, values]."""
    half = round(seconds / _FRAME / 2)
    return sliding_window_view(np.pad(values, half, mode="edge"), 2 * half + 1)


def _size(rate: int) -> int:
    """Samples of a frame."""
    return max(1, round(_FRAME * rate))
