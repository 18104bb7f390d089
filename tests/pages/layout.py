"""What is wrong with how pages are laid out."""

from itertools import product
from pathlib import Path

FAULTS = (Path(__file__).parent / "faults.js").read_text(encoding="utf-8")

# What a page changes when its size has changed is done before the second picture of it.
_DRAWN = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


def faults(browser, html):
    """The faults of a page on a phone and on a wide screen, light and dark."""
    browser.open(html)
    found = []
    for width, dark in product((360, 1200), (False, True)):
        browser.show(width, dark)
        browser.evaluate(_DRAWN)
        found += [(width, "dark" if dark else "light", one) for one in browser.evaluate(FAULTS)]
    return found
