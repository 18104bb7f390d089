"""A recogniser of tones, trained once as a user trains it, and the commands that tests call."""

import json
from functools import partial

import numpy as np
import pytest
import soundfile

from tests.apps import commands

call = partial(commands.call, "speech")

RATE = 8000
PITCHES = dict(zip("abcde", (300, 500, 900, 1500, 2500), strict=True))
WORDS = ["abe", "bad", "cab", "dad", "bee", "ace"]
OPTIONS = {
    "rate": RATE,
    "bands": 24,
    "stack": 2,
    "units": 32,
    "depth": 1,
    "dropout": 0.0,
    "band-width": 0,
    "time-width": 0,
    "epochs": 8,
    "patience": 8,
    "batch-size": 4,
    "learning-rate": 0.01,
    "average": 0.9,
    "seed": 3,
}


def sing(text, rng):
    """Each letter as a tone, with a gap after it; and when each word begins and ends."""
    gap = np.zeros(int(0.03 * RATE))
    sound, times = [np.zeros(int(0.05 * RATE))], []
    for word in text.split():
        start = sum(map(len, sound)) / RATE
        for letter in word:
            seconds = rng.uniform(0.08, 0.12)
            t = np.arange(int(seconds * RATE)) / RATE
            tone = np.sin(2 * np.pi * PITCHES[letter] * rng.uniform(0.98, 1.02) * t)
            sound += [0.3 * tone * np.hanning(len(t)) ** 0.2, gap]
        times.append((start, sum(map(len, sound[:-1])) / RATE))
        sound.append(np.zeros(int(rng.uniform(0.1, 0.15) * RATE)))
    whole = np.concatenate(sound)
    return (whole + 0.001 * rng.normal(size=len(whole))).astype("float32"), times


@pytest.fixture(scope="session")
def songs(tmp_path_factory):
    """A folder of recordings, and the manifest that lists them."""
    folder = tmp_path_factory.mktemp("songs")
    rng = np.random.default_rng(0)
    rows = []
    for i in range(100):
        text = " ".join(rng.choice(WORDS, rng.integers(1, 4)))
        sound, _ = sing(text, rng)
        soundfile.write(folder / f"{i}.wav", sound, RATE)
        row = {"audio_filepath": f"{i}.wav", "duration": len(sound) / RATE, "text": text}
        rows.append({**row, "speaker": f"s{i % 12}"})
    (folder / "all.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder


@pytest.fixture(scope="session")
def command():
    """Calls a command in this process, which has its backend loaded already."""
    return call


@pytest.fixture(scope="session")
def training_options(songs):
    usual = [str(word) for name, value in OPTIONS.items() for word in (f"--{name}", value)]
    return ["--corpus", str(songs / "all.jsonl"), "--valid", "0.1", "--test", "0.2", *usual]


@pytest.fixture(scope="session")
def run(tmp_path_factory, training_options):
    """The folder of a finished run. Tests that change it take a copy."""
    folder = tmp_path_factory.mktemp("runs") / "run"
    result = call("train", *training_options, "--run", folder)
    assert result.status == 0, result.err
    return folder
