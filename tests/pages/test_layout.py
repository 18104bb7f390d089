"""Each page in a browser: nothing is cut off, overlaps, or is hard to read."""

from pathlib import Path

import pytest

from tests.pages.samples import pages

FAULTS = (Path(__file__).parent / "faults.js").read_text(encoding="utf-8")
PAGES = pages()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [360, 1200])
@pytest.mark.parametrize("name", PAGES)
def test_page(browser, name, width, dark):
    browser.open(PAGES[name], width, dark)
    assert browser.evaluate(FAULTS) == []
