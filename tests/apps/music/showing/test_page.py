"""The page of tunes."""

import io
import re
import wave
from base64 import b64decode
from html.parser import HTMLParser

import numpy as np
import pytest

from apps.music.reading.piece import Note, Piece, frames_of
from apps.music.showing.audio import wav_of
from apps.music.showing.page import Tune, page
from apps.music.showing.statistics import Copy, statistics_of

NAMES = ["chorale 1", "a <b>\"bold\"</b> & 'odd' name/2", "★"]
MIDI = b"MThd and the rest"
VOID = {"meta", "link", "br", "img", "input"}


def piece_of(name, pitches):
    frames = frames_of([Note(p, i, i + 1) for i, p in enumerate(pitches)], 4)
    positions = np.arange(len(frames)) % 16 + 1
    return Piece(name, frames, positions.astype("uint8"), 4, 120.0, (4, 4))


def tunes():
    source = Copy("bwv <1> & 2", 4, 6, 10, 2.5, 3, -1)
    for name, copy in zip(NAMES, (source, None, None), strict=True):
        piece = piece_of(name, [60, 62, 64, 65, 67, 69, 71, 72])
        given = np.zeros(piece.frames.shape, bool)
        given[:8] = True
        yield Tune(piece, wav_of(piece), MIDI, statistics_of([piece]), copy, given)


@pytest.fixture(scope="module")
def html():
    corpus = statistics_of([piece_of("corpus", [60, 61, 62, 63, 60, 60])])
    return page(tunes(), corpus, "Tunes <& more>")


class Elements(HTMLParser):
    """All elements, and whether each is closed where it should be."""

    def __init__(self, html):
        super().__init__()
        self.found, self.open, self.texts = [], [], []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        names = [name for name, _ in attributes]
        assert len(set(names)) == len(names)
        self.found.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append((self.open[-1] if self.open else "", data))

    def all(self, tag):
        return [attributes for found, attributes in self.found if found == tag]

    def text(self, tag):
        return [text for inside, text in self.texts if inside == tag]


def test_is_well_formed_with_ids_of_one_element_each(html):
    elements = Elements(html)
    ids = [attributes["id"] for _, attributes in elements.found if "id" in attributes]
    assert len(set(ids)) == len(ids)
    referred = re.findall(r'url\(#([^)]+)\)|href="#([^"]+)"', html)
    assert referred and {one or other for one, other in referred} <= set(ids)


def test_names_are_escaped(html):
    elements = Elements(html)
    assert "".join(elements.text("h2")) == "".join(NAMES)
    assert [attributes["aria-label"] for attributes in elements.all("audio")] == NAMES
    assert elements.text("title") == elements.text("h1") == ["Tunes <& more>"]
    assert "bwv <1> & 2" in elements.text("b")


def test_needs_nothing_from_elsewhere(html):
    elements = Elements(html)
    for tag, attributes in elements.found:
        assert tag not in {"link", "iframe", "img", "base"}
        for name in ("src", "href", "xlink:href", "srcset", "action"):
            assert attributes.get(name, "data:").startswith(("data:", "#"))
    assert "http" not in html and "//" not in re.sub(r"base64,[\w+/=]*", "", html)
    assert set(re.findall(r"url\((.)", html)) == {"#"}


def test_holds_the_sounds_and_files(html):
    elements = Elements(html)
    for audio, tune in zip(elements.all("audio"), tunes(), strict=True):
        kind, content = audio["src"].split(";base64,")
        assert kind == "data:audio/wav" and b64decode(content) == tune.wav
        with wave.open(io.BytesIO(b64decode(content))) as file:
            assert file.getnframes() / file.getframerate() == pytest.approx(4)
    midi, wav = elements.all("a")[::2], elements.all("a")[1::2]
    assert all(b64decode(link["href"].split("base64,")[1]) == MIDI for link in midi)
    for links, ending in ((midi, ".mid"), (wav, ".wav")):
        names = [link["download"] for link in links]
        assert names == [f"chorale-1{ending}", f"a-b-bold-b-odd-name-2{ending}", f"tune{ending}"]


def test_says_what_a_tune_is_like(html):
    text = re.sub("<[^>]+>", " ", html[html.index("<article") :])
    words = " ".join(text.split())
    assert "2 bars of 4/4 · 0:04 · 120 quarters a minute · nearest C major" in words
    assert "notes a quarter 1.00 1.00 notes at once 1.00 1.00" in words
    assert (
        "too: 2.5 quarters , 3 changes of notes. It begins after 1 quarter; in bwv &lt;1&gt; "
        "&amp; 2 after 1.5, 1 semitone higher." in words
    )
    assert words.count("No passage of it") == 2


def test_a_piece_without_bars_or_notes():
    empty = Piece("nothing", np.zeros((8, 88), "uint8"), np.zeros(8, "uint8"))
    tune = Tune(empty, wav_of(empty), MIDI, statistics_of([empty]), None)
    html = page([tune], statistics_of([empty]), "x")
    Elements(html)
    assert "0:01 · 120 quarters a minute</p>" in html


CHECK = """(async () => {
  const until = (target, kind) => new Promise((done) => target.addEventListener(kind, done));
  const players = [...document.querySelectorAll("audio")];
  for (const one of players) if (!one.duration) await until(one, "loadedmetadata");
  const found = { durations: players.map((one) => one.duration) };
  found.links = [...document.querySelectorAll("a.wav")].map((a, i) => a.href === players[i].src);
  const svg = document.querySelector("svg"), roll = svg.querySelector("[id$=roll]");
  const box = roll.getBBox(), place = roll.getBoundingClientRect();
  const seeked = until(players[0], "seeked");
  const at = { clientX: place.left + place.width / 4, bubbles: true };
  svg.dispatchEvent(new MouseEvent("click", at));
  await seeked;
  found.time = players[0].currentTime;
  found.cursor = (svg.querySelector("path.cursor").getBBox().x - box.x) / box.width;
  for (const one of players) { one.muted = true; await one.play(); }
  found.playing = players.map((one) => !one.paused);
  return found;
})()"""


def test_plays_in_a_browser(html, browser):
    browser.open(html)
    assert browser.evaluate(CHECK) == {
        "durations": pytest.approx([4.0] * 3, abs=0.01),
        "links": [True] * 3,
        "time": pytest.approx(1, abs=0.05),
        "cursor": pytest.approx(0.25, abs=0.02),
        "playing": [False, False, True],
    }
