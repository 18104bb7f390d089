"""Small corpora of speech: tones, for no reader listens."""

import numpy as np
import pytest
import soundfile


@pytest.fixture(autouse=True)
def cache(tmp_path_factory, monkeypatch):
    """A cache folder of a test's own."""
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder))
    return folder / "gated" / "speech"


@pytest.fixture
def write(tmp_path):
    """Writes files into the folder of the test, by their names: text, bytes, or a tone.

    A number is how many seconds of a tone, and the ending of the name its format.
    """

    def write(files):
        for name, content in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, str):
                path.write_text(content, encoding="utf-8")
            elif isinstance(content, bytes):
                path.write_bytes(content)
            else:
                save(path, tone(content))
        return tmp_path

    return write


def tone(seconds, rate=16_000, pitch=440, channels=1):
    wave = 0.3 * np.sin(2 * np.pi * pitch * np.arange(round(seconds * rate)) / rate)
    return np.repeat(wave[:, None].astype("float32"), channels, axis=1)


def save(path, sound, rate=16_000, **form):
    if path.suffix == ".sph":
        form = {"format": "NIST", "subtype": "PCM_16"}
    elif path.suffix == ".opus":
        form = {"format": "OGG", "subtype": "OPUS"}
    soundfile.write(path, sound, rate, **form)
    return str(path)
