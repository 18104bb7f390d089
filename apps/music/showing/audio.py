"""What a piece sounds like."""

import io
import wave
from ctypes.util import find_library
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from gated.whole import write_whole

from ..reading.piece import Note, Piece

RATE = 22_050  # samples a second: a minute of music is 2.6 MB

_ATTACK, _RELEASE = 0.008, 0.09  # seconds
_RING = 0.05  # seconds of the release that are after the end of the note
_DECAY = 0.9  # 1/second, of middle C; the n-th partial fades n times as fast
_STRENGTHS = np.array([0, 1, 0.45, 0.3, 0.14, 0.09, 0.05, 0.03, 0.02])  # of the partials, from 0
_PEAK = 0.8  # of what 16 bits hold


def write_wav(piece: Piece, path: Path) -> None:
    """Writes `wav_of` a piece."""
    write_whole(path, lambda temporary: temporary.write_bytes(wav_of(piece)))


def wav_of(piece: Piece) -> bytes:
    """A WAV file: mono, 16 bits, `RATE` samples a second, as long as the frames, to a sample.

    A piano plays it where pyfluidsynth, fluidsynth and pretty_midi are installed; else partials of
    sines, which fade as those of a string do. A note struck again is heard again. All notes are
    played alike, and the loudest moments of all pieces are equally loud.
    """
    samples = np.zeros(round(len(piece.frames) * 60 / (piece.tempo * piece.grid) * RATE))
    notes = [
        Note(note.pitch, note.start * 60 / piece.tempo, note.end * 60 / piece.tempo)
        for note in piece.notes()
    ]
    played = (_piano if has_piano() else _strings)(notes)[: len(samples)]
    samples[: len(played)] = played
    fade = min(len(samples), round(_RELEASE * RATE))
    samples[len(samples) - fade :] *= np.linspace(1, 0, fade)
    if samples.any():
        samples *= _PEAK / np.abs(samples).max()
    file = io.BytesIO()
    with wave.open(file, "wb") as opened:
        opened.setnchannels(1)
        opened.setsampwidth(2)
        opened.setframerate(RATE)
        opened.writeframes((samples * 32767).round().astype("<i2").tobytes())
    return file.getvalue()


@cache
def has_piano() -> bool:
    """Whether what plays a soundfont is installed."""
    modules = all(map(find_spec, ("fluidsynth", "pretty_midi")))
    return modules and find_library("fluidsynth") is not None


def _piano(notes: list[Note]) -> np.ndarray:
    """Samples of notes given in seconds, by fluidsynth, with pretty_midi's soundfont."""
    import pretty_midi

    instrument = pretty_midi.Instrument(0)
    instrument.notes = [pretty_midi.Note(80, note.pitch, note.start, note.end) for note in notes]
    return instrument.fluidsynth(fs=RATE)


def _strings(notes: list[Note]) -> np.ndarray:
    """Samples of notes given in seconds, by adding partials."""
    attack, release = round(_ATTACK * RATE), round(_RELEASE * RATE)
    rise = 0.5 - 0.5 * np.cos(np.linspace(0, np.pi, attack))
    fall = 0.5 + 0.5 * np.cos(np.linspace(0, np.pi, release))
    spans: dict[int, list[tuple[int, int]]] = {}
    for note in notes:
        span = round(note.start * RATE), round((note.end + _RING) * RATE)
        spans.setdefault(note.pitch, []).append(span)
    last = max((end for ends in spans.values() for _, end in ends), default=0)
    samples = np.zeros(last)
    for pitch, ends in spans.items():
        tone = _tone(pitch, max(end - start for start, end in ends))
        tone[:attack] *= rise[: len(tone)]
        for start, end in ends:
            heard = tone[: end - start].copy()
            heard[-release:] *= fall[-len(heard) :]
            samples[start:end] += heard
    return samples


def _tone(pitch: int, length: int) -> np.ndarray:
    """`length` samples of a string."""
    frequency = 440 * 2 ** ((pitch - 69) / 12)
    decay = _DECAY * (frequency / 262) ** 0.5
    audible = int(0.45 * RATE / frequency)  # higher partials would alias
    # The n-th partial is the n-th power of the first, decay and all.
    first = np.exp((2j * np.pi * frequency - decay) / RATE * np.arange(length))
    return np.polynomial.polynomial.polyval(first, _STRENGTHS[: audible + 1]).imag
