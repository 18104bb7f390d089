"""The page of translations: its tables are the attention, and it goes into a mail and on paper."""

import re
from html.parser import HTMLParser

import numpy as np
import pytest

from apps.translation.model.translation import Translation
from apps.translation.showing.page import page
from tests.pages.samples import PAGES

WEIGHTS = np.array([[0.93, 0.04, 0.03], [0.004, 0.5, 0.496], [0.0, 0.0, 1.0]], "float32")


def translated(weights=WEIGHTS):
    return Translation("<b>&amp;", ["a￭", " "], ["￭<b>", "&amp;"], -1.5, -1.5, weights)


class Reader(HTMLParser):
    """The tables of a page: rows of cells."""

    def __init__(self):
        super().__init__()
        self.tables, self.tags, self.texts, self.open = [], set(), [], []

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        self.open.append(tag)
        if tag == "table":
            self.tables.append([])
        if tag == "tr":
            self.tables[-1].append([])
        if tag in ("td", "th"):
            self.tables[-1][-1].append("")
            assert (tag == "th") == ("scope" in dict(attributes))
        if tag == "p":
            self.texts.append("")

    def handle_endtag(self, tag):
        while self.open.pop() != tag:
            pass

    def handle_data(self, data):
        if "p" in self.open:
            self.texts[-1] += data
        elif {"td", "th"} & set(self.open):
            self.tables[-1][-1][-1] += data


def read(found):
    reader, html = Reader(), "".join(page(found))
    reader.feed(html)
    return reader, html


def test_the_tables_are_the_attention():
    cut_off = translated(WEIGHTS[:2])
    reader, html = read([("x < y", [translated(), cut_off]), ("", [])])
    rows = [
        ["", "a", "␣", "<EOS>"],
        ["<b>", "93", "", ""],
        ["&amp;", "", "50", "50"],
        ["<EOS>", "", "", "100"],
    ]
    assert reader.tables == [rows, rows[:3]]
    one = ["<b>&amp;", "log P = -1.500 nats"]
    assert reader.texts[2:] == ["x < y", *one, *one, ""]
    assert html.count('data-note="&lt;b&gt; ← a, 93 %"') == 2


def test_needs_no_other_file():
    reader, html = read([("x", [translated()])])
    assert not re.search(r"<link|<img|url\(|@import|https?:", html)
    assert "script" not in reader.tags


def test_no_texts_and_none_of_a_page_that_cannot_be_begun():
    assert read([])[0].tables == []

    def broken():
        raise RuntimeError
        yield

    with pytest.raises(RuntimeError):
        next(page(broken()))


def test_on_paper_nothing_is_cut_off(browser):
    """There a box cannot be scrolled: the longest table is as wide as the paper."""
    browser.open(PAGES["translation"](), width=680, media="print")
    widths = browser.evaluate("[...document.querySelectorAll('table')].map((x) => x.scrollWidth)")
    assert len(widths) == 5 and 0 < max(widths) <= 680
    browser.show(360)
    sizes = "[...document.querySelectorAll('.map')].map((x) => [x.scrollWidth, x.clientWidth])"
    assert any(whole > seen for whole, seen in browser.evaluate(sizes))
    # The columns run as the source is read.
    directions = "[...document.querySelectorAll('table')].map((x) => getComputedStyle(x).direction)"
    assert browser.evaluate(directions) == ["ltr", "ltr", "rtl", "ltr", "ltr"]
