"""The page of transcripts."""

import io
import re
from base64 import b64decode
from html.parser import HTMLParser

import numpy as np
import pytest
import soundfile

import apps.speech.showing.page as module
from apps.speech.model.transcript import Transcript, Word
from apps.speech.showing.page import page

RATE = 16_000


def sound(*tones, seconds=4.0):
    """Silence but for tones, each from a time to a time."""
    samples = np.zeros(round(seconds * RATE), "float32")
    for pitch, (start, end) in zip((440, 660, 880), tones, strict=False):
        at = np.arange(round(start * RATE), round(end * RATE))
        samples[at] = 0.3 * np.sin(2 * np.pi * pitch * at / RATE)
    return samples


WORDS = (
    Word("<b>one</b>", 0.5, 0.9, 0.987),
    Word("&amp;", 1.2, 1.5, 0.75),
    Word("drei", 3.6, 3.8, 0.123),
)
LONG = Transcript('a "b" <c>.wav', 4.0, WORDS, -2.0)
SHORT = Transcript("short.flac", 1.0, (Word("كلمة", 0.25, 0.5, 1.0),), -1.0)
MUTE = Transcript("-", 2.0, (Word("stream", 0.5, 1.0, 0.5),), -1.0)


@pytest.fixture
def recordings(tmp_path):
    spans = [(word.start, word.end) for word in WORDS]
    soundfile.write(long := str(tmp_path / "long.wav"), sound(*spans), RATE)
    both = np.stack([sound((0.25, 0.5), seconds=1.0)] * 2, axis=1)
    soundfile.write(short := str(tmp_path / "short.flac"), both, RATE)
    return [(LONG, long), (SHORT, short), (MUTE, None)]


class Reader(HTMLParser):
    """Of each recording what its elements are and say, by tag and class."""

    def __init__(self, html):
        super().__init__()
        self.recordings, self.open = [], []
        self.feed(html)
        assert not self.open

    def handle_starttag(self, tag, attributes):
        if tag == "article":
            self.recordings.append([])
        if tag not in ("meta", "link"):
            self.open.append([tag, dict(attributes), ""])
            if self.recordings:
                self.recordings[-1].append(self.open[-1])

    def handle_startendtag(self, tag, attributes):
        self.recordings[-1].append([tag, dict(attributes), ""])

    def handle_endtag(self, tag):
        assert self.open.pop()[0] == tag

    def handle_data(self, data):
        if self.open:
            self.open[-1][2] += data

    def all(self, number, tag, name=None):
        return [
            (attributes, text)
            for found, attributes, text in self.recordings[number]
            if found == tag and (not name or name in attributes.get("class", "").split())
        ]


def test_words_times_and_confidence(recordings):
    reader = Reader("".join(page(recordings)))
    names = [reader.all(i, "h2")[0][1] for i in range(3)]
    assert names == [LONG.name, SHORT.name, MUTE.name]
    words = reader.all(0, "span", "word")
    assert [text for _, text in words] == [word.text for word in WORDS]
    assert [attributes["data-note"] for attributes, _ in words] == [
        "confidence 0.99, 0:00.5 to 0:00.9",
        "confidence 0.75, 0:01.2 to 0:01.5",
        "confidence 0.12, 0:03.6 to 0:03.8",
    ]
    classes = [set(attributes["class"].split()) for attributes, _ in words]
    assert [one & {"unsure", "doubtful"} for one in classes] == [set(), {"unsure"}, {"doubtful"}]
    # After a pause.
    assert [text for _, text in reader.all(0, "span", "note")] == ["0:00.5", "0:03.6"]
    assert [text for _, text in reader.all(0, "p", "note")] == ["0:04.0 · 3 words"]


def test_needs_no_other_file(recordings):
    html = re.sub(r"base64,[\w+/=]*", "", "".join(page(recordings)))
    assert not re.search(r"<link|<img|url\(|@import|https?:", html)
    assert re.findall(r'src="(.*?)"', html) == ["data:audio/ogg;"] * 2


def test_sound_and_waveform(recordings):
    """The sound that the page has is that of the recording, at the same times."""
    reader = Reader("".join(page(recordings)))
    for number, (transcript, path) in enumerate(recordings[:2]):
        (attributes, _) = reader.all(number, "audio")[0]
        kind, content = attributes["src"].split(";base64,")
        assert kind == "data:audio/ogg"
        heard, rate = soundfile.read(io.BytesIO(b64decode(content)))
        given, _ = soundfile.read(path, always_2d=True)
        assert rate == RATE and len(heard) == len(given)
        assert np.std(heard - given[:, 0]) < 0.1 * np.std(given[:, 0])
        outline = reader.all(number, "path", "wave")[0][0]["d"]
        points = np.array([one.split() for one in outline[1:-1].split("L")], float)
        above = points[: len(points) // 2]
        loud = above[above[:, 1] < -0.5, 0]
        spans = [(word.start, word.end) for word in transcript.words]
        assert all(any(a - 0.02 < x < b + 0.02 for a, b in spans) for x in loud)
        assert loud.min() == pytest.approx(spans[0][0], abs=0.02)
        assert loud.max() == pytest.approx(spans[-1][1], abs=0.02)
    assert not reader.all(2, "audio") and not reader.all(2, "svg")
    assert "role" not in reader.all(2, "span", "word")[0][0]


def test_sound_beyond_the_limit_is_left_out(recordings, monkeypatch):
    """Of the recording that is too much; a shorter one after it has its own."""
    reader = Reader("".join(page(recordings)))
    long, short = (len(reader.all(i, "audio")[0][0]["src"]) for i in range(2))
    monkeypatch.setattr(module, "MOST", (long + short) * 3 // 8)
    reader = Reader("".join(page(recordings)))
    assert [len(reader.all(i, "audio")) for i in range(3)] == [0, 1, 0]
    assert reader.all(0, "svg") and "sound is left out" in reader.all(0, "p", "note")[1][1]
    assert "role" not in reader.all(0, "span", "word")[0][0]


def test_a_damaged_recording(tmp_path):
    samples = sound((0.2, 0.8), seconds=1.0)
    samples[:1000], samples[-1] = np.nan, np.inf
    soundfile.write(path := str(tmp_path / "x.wav"), samples, RATE, subtype="FLOAT")
    reader = Reader("".join(page([(SHORT, path)])))
    assert "nan" not in reader.all(0, "path", "wave")[0][0]["d"] and reader.all(0, "audio")


def test_no_recordings():
    assert Reader("".join(page([]))).recordings == []


CHECK = """(async () => {
  const until = (target, kind) => new Promise((done) => target.addEventListener(kind, done));
  const [first, other] = document.querySelectorAll("audio");
  for (const one of [first, other]) if (!one.duration) await until(one, "loadedmetadata");
  const lit = () => [...document.querySelectorAll("[aria-current]")].map((one) => one.textContent);
  const words = document.querySelectorAll("[role=button]");
  const found = { durations: [first.duration, other.duration], before: lit() };

  const context = new OfflineAudioContext(1, 1, 16000);
  const sound = await context.decodeAudioData(await (await fetch(first.src)).arrayBuffer());
  found.onset = sound.getChannelData(0).findIndex((one) => Math.abs(one) > 0.1) / 16000;

  let done = until(first, "seeked");
  const wave = document.querySelector("svg"), place = wave.getBoundingClientRect();
  const at = { clientX: place.left + 0.34 * place.width, bubbles: true };
  wave.dispatchEvent(new MouseEvent("click", at));
  await done;
  found.sought = [first.currentTime, first.paused, lit()];

  done = until(first, "playing");
  words[2].click();
  await done;
  found.clicked = [first.currentTime, first.paused, lit()];
  await until(first, "ended");
  found.ended = lit();

  done = until(other, "playing");
  words[3].dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
  await done;
  found.key = [other.currentTime, other.paused, lit()];
  done = until(other, "pause");
  words[0].click();
  await done;
  return found;
})()"""


def test_plays_from_words_and_lights_them(recordings, browser):
    browser.open("".join(page(recordings)))
    assert browser.evaluate(CHECK) == {
        "durations": pytest.approx([4.0, 1.0], abs=0.02),
        "onset": pytest.approx(0.5, abs=0.005),
        "before": [],
        "sought": [pytest.approx(1.36, abs=0.02), True, ["&amp;"]],
        "clicked": [pytest.approx(3.6, abs=0.15), False, ["drei"]],
        "ended": [],
        "key": [pytest.approx(0.25, abs=0.15), False, ["كلمة"]],
    }
