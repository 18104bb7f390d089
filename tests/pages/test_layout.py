"""Each page in a browser: nothing is cut off, overlaps, or is hard to read."""

import pytest

from tests.pages.layout import FAULTS, faults
from tests.pages.samples import PAGES


@pytest.mark.parametrize("name", PAGES)
def test_page(browser, name):
    assert faults(browser, PAGES[name]()) == []


BROKEN = {
    "wide": ("<p style='width: 2000px'>x", "the page is wider than the screen"),
    "outside": ("<p style='position: absolute; left: -9px'>x", 'sticks out: p "x"'),
    "cut": ("<p style='width: 2em; overflow: hidden'>abcdefghij", 'cut off: p "abcdefghij"'),
    "low": ("<p style='height: 2px; overflow: hidden'>x", 'cut off below: p "x"'),
    "box": ("<p style='width: 2em'>abcdefghij", 'leaves its box: p "abcdefghij"'),
    "over": ("<p>abc</p><p style='margin-top: -2em'>def", 'overlap: p "abc" and p "def"'),
    "pale": ("<p style='color: #888'>x", 'contrast 3.5: p "x"'),
    "keyboard": (
        "<div style='overflow: auto'><p style='width: 2000px'>x",
        'cannot be scrolled with the keyboard: div "x"',
    ),
    "frame": (
        "<iframe style='height: 50px' srcdoc='<p style=height:80px>x'></iframe>",
        "the page in a frame is cut off",
    ),
    "mute": ("<p data-note='y'>x", 'cannot be pointed at: p "x"'),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_page(browser, name):
    """Each kind of fault is found, and nothing else in what is right."""
    broken, fault = BROKEN[name]
    browser.open(f"<!doctype html><body style='background: white'><p>fine</p>{broken}")
    found = browser.evaluate(FAULTS)
    assert fault in found and not [one for one in found if "fine" in one]
