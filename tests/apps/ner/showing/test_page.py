"""The page of entities."""

import re
from html.parser import HTMLParser

import pytest

from apps.ner.model.tagged import Entity, TaggedSentence, TaggedText, Tagging
from apps.ner.showing.page import page

TYPES = ["LOC", "A&B", "PER"]
TEXTS = [
    ('<b>Ada</b> & "Bob"\n\n  went\tto <script>', [("Ada", "PER", 3), ('"Bob"', "A&B", 13)]),
    ("", []),
    ("مريم في لندن 👩\u200d👧 é\u0301", [("مريم", "PER", 0), ("لندن", "LOC", 8)]),
    ("Nul \0 and &amp; " + "x" * 300, [("x" * 300, "LOC", 16)]),
]


def tagged(text, entities):
    found = [Entity(one, name, at, at + len(one), 0.125) for one, name, at in entities]
    assert all(text[one.start : one.end] == one.text for one in found)
    return TaggedText(text, [TaggedSentence([], [], [], [Tagging([], found, 1.0)])])


@pytest.fixture(scope="module")
def html():
    return "".join(page((tagged(*one) for one in TEXTS), TYPES))


class Reader(HTMLParser):
    """The texts of a page, and their entities: text, type, start and probability."""

    def __init__(self):
        super().__init__()
        self.texts, self.open, self.elsewhere, self.tags = [], [], "", set()

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.tags.add(tag)
        if tag == "p" and attributes.get("class") == "text":
            self.texts.append(["", []])
        if tag == "mark" and self.texts:
            text, entities = self.texts[-1]
            entities.append(["", "", len(text), attributes["data-note"]])
        if tag not in ("meta", "link"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "p" not in self.open or not self.texts:
            self.elsewhere += data
            return
        text = self.texts[-1]
        if self.open[-1] == "small":
            text[1][-1][1] += data
        else:
            text[0] += data
            if self.open[-1] == "mark":
                text[1][-1][0] += data


def test_entities(html):
    reader = Reader()
    reader.feed(html)
    assert not reader.open
    assert reader.texts == [
        [
            text.replace("\0", "\ufffd"),
            [[one, name, at, "probability 0.125"] for one, name, at in entities],
        ]
        for text, entities in TEXTS
    ]
    assert "script" not in reader.tags
    for name in TYPES:
        assert name in reader.elsewhere


def test_needs_no_other_file(html):
    assert not re.search(r"<link|<img|url\(|@import|https?:", html)


def test_each_type_has_a_hue(html):
    hues = re.findall(r"\.t(\d+) \{ --hue: (\d+); \}", html)
    assert [int(place) for place, _ in hues] == [0, 1, 2]
    assert len({hue for _, hue in hues}) == 3


def test_no_texts_and_no_types():
    reader = Reader()
    reader.feed("".join(page([], [])))
    assert (reader.texts, reader.open) == ([], [])


def test_nothing_of_a_page_that_cannot_be_begun():
    def broken():
        raise RuntimeError
        yield

    with pytest.raises(RuntimeError):
        next(page(broken(), TYPES))


CHECK = """(() => {
  const style = (one) => getComputedStyle(one);
  const marks = [...document.querySelectorAll("main mark")];
  return {
    colours: new Set(marks.map((one) => style(one).backgroundColor)).size,
    directions: [...document.querySelectorAll("p.text")].map((one) => style(one).direction),
    text: document.querySelector("p.text").innerText,
  };
})()"""


def test_in_a_browser(html, browser):
    browser.open(html)
    found = browser.evaluate(CHECK)
    assert found["colours"] == 3
    assert found["directions"] == ["ltr", "ltr", "rtl", "ltr"]
    assert found["text"].replace("PER", "").replace("A&B", "") == TEXTS[0][0]
