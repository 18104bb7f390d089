"""Makes the embedded speech, with espeak-ng 1.51 (a Debian package) and from a seed.

    python -m apps.speech.reading.embedded.make

Spelled names, numbers and commands, said by voices that differ in timbre, accent, speed and pitch.
A file holds all that a voice says, and a table of each set says where in it.
"""

import csv
import subprocess
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import soundfile
import soxr

HERE = Path(__file__).parent
RATE = 12_000
COLUMNS = ("audio", "offset", "duration", "speaker", "text")
_PAUSE = 0.1  # seconds between two utterances of a file
_SILENT = 1e-3  # of the greatest sample: what is cut at both ends

#: Variants of espeak-ng: those of a set are in no other one.
VOICES = {
    "train": "m1 m2 m3 m5 m6 m8 f1 f2 f4 Alex Alicia Andrea Annie Denis Diogo Hugo Jacky Lee Marco "
    "Michael antonio aunty belinda boris david ed iven linda max miguel norbert pablo paul sandro",
    "valid": "m7 f5 Andy victor",
    "test": "m4 f3 Gene Mario steph adam",
}
ACCENTS = ("en-gb", "en-us", "en-gb-x-rp")
#: Utterances of a voice.
COUNTS = {"train": 20, "valid": 14, "test": 14}

_NAMES = (
    "abby adam aisha akira alex alice amir anna axel beth boris bruno cathy chloe clive "
    "cyrus david daisy derek dora edith eliza emma eric eva felix fiona frank freya gemma "
    "gita grace gus hazel hector helga hugo ida igor iris ivy jack jade jin jodie julia karl "
    "katya keith kim kofi lara leo liam lucy luke maya max mei miguel molly nadia naomi nick "
    "noah olga omar oscar owen paula pablo petra phil quinn queenie rafa rhys rita rosa ruby "
    "sam sofia steve suzy tara theo tom tyra uma ursula vera vicky victor viv wanda wayne "
    "wendy will xavier xena ximena yan yusuf yvonne zack zara zelda zoe"
)
_ONES = "one two three four five six seven eight nine"
_TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_COMMANDS = (
    "turn the light on|turn the light off|turn the music on|turn the music off|open the door|"
    "close the door|open the window|close the window|play the next song|play music|stop the music|"
    "stop|start|help|yes|no|go left|go right|go back|go home|cancel|repeat|repeat the last name|"
    "louder|quiet|turn left|turn right|open the next door|close the last window|stop the light"
)


def make(which: str, rng: np.random.Generator) -> list[dict[str, object]]:
    """Writes a sound file for each voice of a set, and gives the rows of its table."""
    rows: list[dict[str, object]] = []
    said: Counter[str] = Counter()
    for number, voice in enumerate(VOICES[which].split()):
        name, path = voice.lower(), HERE / f"{voice.lower()}.ogg"
        accented = f"{ACCENTS[number % len(ACCENTS)]}+{voice}"
        speed, pitch, loudness = rng.integers(115, 161), rng.integers(35, 66), rng.uniform(0.3, 0.9)
        parts: list[np.ndarray] = []
        for i in range(COUNTS[which]):
            text = _text(i, said, rng)
            sound = loudness * _say(text, accented, int(speed), int(pitch), int(rng.integers(2, 7)))
            offset, duration = (f"{sum(map(len, part)) / RATE:.4f}" for part in (parts, [sound]))
            rows.append(dict(zip(COLUMNS, (path.name, offset, duration, name, text), strict=True)))
            parts += [sound, np.zeros(round(_PAUSE * RATE), "float32")]
        form = {"format": "OGG", "subtype": "VORBIS", "compression_level": 1.0}
        soundfile.write(path, np.concatenate(parts), RATE, **form)
    return rows


def _text(i: int, said: Counter[str], rng: np.random.Generator) -> str:
    """Of the kinds in turn; of a few, that in which there is what was said least so far."""
    some = [(_spelled, _number, _command)[i % 3](rng) for _ in range(8)]
    text = min(some, key=lambda one: min(said[word] for word in one.split()))
    said.update(text.split())
    return text


def _spelled(rng: np.random.Generator) -> str:
    return " ".join(_one_of(_NAMES, rng))


def _number(rng: np.random.Generator) -> str:
    ones = [_one_of(_ONES, rng) for _ in range(2)]
    tens = _one_of(_TENS, rng)
    match rng.integers(4):
        case 0:
            return _one_of(_TEENS, rng)
        case 1:
            return f"{tens} {ones[0]}"
        case 2:
            return f"{ones[0]} hundred {tens} {ones[1]}"
        case _:
            return " ".join(_one_of(f"zero {_ONES}", rng) for _ in range(rng.integers(2, 5)))


def _command(rng: np.random.Generator) -> str:
    return _one_of(_COMMANDS, rng, "|")


def _one_of(choices: str, rng: np.random.Generator, separator: str = " ") -> str:
    return str(rng.choice(choices.split(separator)))


def _say(text: str, voice: str, speed: int, pitch: int, gap: int) -> np.ndarray:
    """Speech, its greatest sample 1. A letter is named, not read: `a` would be an article."""
    said = " ".join("[['eI]]" if word == "a" else word for word in text.split())
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "said.wav"
        options = ["-v", voice, "-s", str(speed), "-p", str(pitch), "-g", str(gap), "-w", str(path)]
        subprocess.run(["espeak-ng", *options, said], check=True)
        sound, rate = soundfile.read(path, dtype="float32")
    sound = soxr.resample(sound, rate, RATE)
    sound /= np.abs(sound).max()
    heard = np.flatnonzero(np.abs(sound) > _SILENT)
    return sound[heard[0] : heard[-1] + 1]


def write(which: str, rows: Sequence[dict[str, object]]) -> None:
    with open(HERE / f"{which}.tsv", "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, delimiter="\t", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    for place, which in enumerate(VOICES):
        write(which, make(which, np.random.default_rng([1, place])))
