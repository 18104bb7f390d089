"""A browser, where there is one."""

import pytest

from tests.pages.browser import Browser, find_browser


@pytest.fixture(scope="session")
def browser(tmp_path_factory):
    program = find_browser()
    if not program:
        pytest.skip("needs a browser: chromium or google-chrome")
    with Browser(program, tmp_path_factory.mktemp("browser")) as opened:
        yield opened
