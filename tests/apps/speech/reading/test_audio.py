"""Sound files of every kind as samples, and what is wrong with some."""

import io
import os
import tracemalloc

import numpy as np
import pytest
import soxr

from apps.speech.reading.audio import blocks, duration, find, measured, samples
from apps.speech.reading.utterance import Utterance
from gated.errors import BadData
from tests.apps.speech.reading.conftest import save, tone


def utterance(path, start=0.0, seconds=0.0):
    return Utterance("x", "x", str(path), "", start, seconds)


# How far off the codec of each may be.
KINDS = {"wav": 1e-4, "flac": 1e-4, "sph": 1e-4, "ogg": 0.02, "opus": 0.05, "mp3": 0.02}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("channels", [1, 2])
def test_kinds(tmp_path, kind, channels):
    expected = tone(1)[:, 0]
    path = save(tmp_path / f"x.{kind}", tone(1, channels=channels))
    found = samples(utterance(path), 16_000)
    assert found.dtype == "float32" and found.shape == expected.shape
    middle = slice(4000, 12_000)  # codecs take a moment
    np.testing.assert_allclose(found[middle], expected[middle], atol=KINDS[kind])
    assert measured(utterance(path)).seconds == duration(path) == 1.0
    # Whatever its name says.
    os.rename(path, other := tmp_path / "x.sound")
    np.testing.assert_array_equal(samples(utterance(other), 16_000), found)


def test_channels_are_averaged(tmp_path):
    both = np.concatenate([tone(0.5), 0.5 * tone(0.5, pitch=300)], axis=1)
    path = save(tmp_path / "x.wav", both, subtype="FLOAT")
    np.testing.assert_allclose(samples(utterance(path), 16_000), both.mean(axis=1), atol=1e-7)


@pytest.mark.parametrize("rate", [8000, 11_025, 44_100, 48_000])
def test_any_rate(tmp_path, rate):
    """As soxr resamples all at once, and a tone stays the tone that it is."""
    sound = tone(20, rate)
    path = save(tmp_path / "x.wav", sound, rate, subtype="FLOAT")
    found = samples(utterance(path), 16_000)
    np.testing.assert_allclose(found, soxr.resample(sound[:, 0], rate, 16_000), atol=1e-6)
    np.testing.assert_allclose(found[100:-100], tone(20)[100:-100, 0], atol=1e-3)


@pytest.mark.parametrize("kind", ["wav", "flac", "ogg"])
def test_segments(tmp_path, kind):
    sound = np.concatenate([tone(1), tone(1, pitch=880), tone(1)])
    path = save(tmp_path / f"x.{kind}", sound)
    whole = samples(utterance(path), 16_000)
    found = samples(utterance(path, 1.25, 0.5), 16_000)
    np.testing.assert_array_equal(found, whole[20_000:28_000])
    assert measured(utterance(path, 1.25, 0.5)).seconds == 0.5
    assert measured(utterance(path, 2.5)).seconds == 0.5
    # Times in lists are rounded: an end that is a little late is the end.
    assert measured(utterance(path, 2.5, 0.51)).seconds == 0.5


@pytest.mark.parametrize("seconds", [0.1, 0.37, 5])
def test_blocks(tmp_path, seconds):
    path = save(tmp_path / "x.flac", tone(3, 8000), 8000)
    found = list(blocks(path, 16_000, seconds))
    assert {len(block) for block in found[:-1]} <= {round(seconds * 16_000)}
    assert 0 < len(found[-1]) <= round(seconds * 16_000)
    np.testing.assert_array_equal(np.concatenate(found), samples(utterance(path), 16_000))


class Slow(io.BytesIO):
    """Gives three bytes at a time, as a pipe may."""

    def read(self, size=-1):
        return super().read(min(size, 3))


@pytest.mark.parametrize("stream", [io.BytesIO, Slow])
def test_blocks_of_raw_sound(tmp_path, stream):
    path = save(tmp_path / "x.wav", tone(0.5, 8000), 8000)
    raw = (tone(0.5, 8000)[:, 0] * 2**15).round().astype("<i2").tobytes()
    found = np.concatenate(list(blocks(stream(raw), 16_000, 0.1, 8000)))
    np.testing.assert_allclose(found, samples(utterance(path), 16_000), atol=1e-4)
    assert list(blocks(stream(b""), 16_000, 0.1)) == []


def test_long_recordings_are_never_in_memory(tmp_path):
    class Zeros(io.RawIOBase):
        left = 2 * 16_000 * 3600

        def read(self, size=-1):
            size = min(size, self.left)
            self.left -= size
            return bytes(size)

    tracemalloc.start()
    count = sum(map(len, blocks(Zeros(), 16_000, 1.0)))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 16_000 * 3600 and most < 2**20


def cut(path, share):
    content = path.read_bytes()
    path.write_bytes(content[: round(share * len(content))])


def spoil(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2 :][:400] = bytes(400)
    path.write_bytes(content[: len(content) // 2] + bytes(400) + content[len(content) // 2 + 400 :])


KIND = "expected a sound file: wav, flac, ogg, mp3 or NIST sphere"
BAD = {
    "not there": ("x.wav", lambda path: None, f"no such file or directory, {KIND}"),
    "a folder": ("x.wav", lambda path: path.mkdir(), f"is a directory, {KIND}"),
    "a pipe": ("x.wav", os.mkfifo, f"not a file, {KIND}"),
    "nothing": ("x.wav", lambda path: path.touch(), KIND),
    "text": ("x.wav", lambda path: path.write_text("yes\n" * 99), KIND),
    "NULs": ("x.wav", lambda path: path.write_bytes(bytes(9999)), KIND),
    "no samples": ("x.wav", lambda path: save(path, tone(0)), "empty"),
    "silence": ("x.flac", lambda path: save(path, 0 * tone(1)), "silent"),
    "one level": ("x.wav", lambda path: save(path, 0 * tone(1) + 0.5), "silent"),
    "a click": ("x.wav", lambda path: save(path, tone(0.05)), "too short, 0.05 s"),
    "hours": ("x.flac", lambda path: save(path, tone(3601, 1000), 1000), "longer than 3,600 s"),
    "huge rate": ("x.wav", lambda path: save(path, tone(1), 2**31 - 1), "2,147,483,647 samples a"),
    "tiny rate": ("x.wav", lambda path: save(path, tone(1), 7), "7 samples a second, expected"),
    "no number": (
        "x.wav",
        lambda path: save(path, tone(1) * np.nan, subtype="FLOAT"),
        "damaged, has samples that are no numbers",
    ),
    "cut flac": ("x.flac", lambda path: (save(path, tone(2)), cut(path, 0.5)), "damaged"),
    "cut ogg": ("x.ogg", lambda path: (save(path, tone(2)), cut(path, 0.5)), "damaged"),
    "cut mp3": ("x.mp3", lambda path: (save(path, tone(2)), cut(path, 0.5)), "cut off, "),
    "spoiled flac": ("x.flac", lambda path: (save(path, tone(2)), spoil(path)), "damaged"),
    "no header": ("x.sph", lambda path: (save(path, tone(2)), cut(path, 0.01)), "damaged"),
    "gzipped": ("x.wav.gz", lambda path: path.touch(), f"gzipped, {KIND}"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_recordings(tmp_path, name, capfd):
    file, make, reason = BAD[name]
    make(tmp_path / file)
    with pytest.raises(BadData) as error:
        measured(utterance(tmp_path / file))
    assert str(error.value).startswith(f"{tmp_path / file}: {reason}")
    assert capfd.readouterr() == ("", "")


def test_no_channels(tmp_path):
    path = tmp_path / "x.wav"
    save(path, tone(1))
    content = bytearray(path.read_bytes())
    content[22:24] = bytes(2)
    path.write_bytes(content)
    with pytest.raises(BadData, match="damaged"):
        measured(utterance(path))


@pytest.mark.parametrize(("start", "seconds"), [(2.0, 0.0), (1e300, 1.0), (1.9, 1.0)])
def test_segments_beyond_the_end(tmp_path, start, seconds):
    path = save(tmp_path / "x.wav", tone(2))
    with pytest.raises(BadData, match=r"x\.wav: (empty|cut off, 0\.10 s of 1\.00)$"):
        measured(utterance(path, start, seconds))


def test_names_without_an_ending(tmp_path):
    save(tmp_path / "a.b.flac", tone(1))
    save(tmp_path / "C.WAV", tone(1))
    assert find(tmp_path / "a.b") == find(tmp_path / "a.b.flac") == str(tmp_path / "a.b.flac")
    assert find(tmp_path / "C") == str(tmp_path / "C.WAV")
    assert find(tmp_path / "d") == str(tmp_path / "d")
