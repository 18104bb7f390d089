"""What all tests share."""

import os
from pathlib import Path

import pytest

from tests.pages.browser import Browser, find_browser

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# What XLA makes is run once or twice here: optimizing its machine code takes longer than it saves.
os.environ.setdefault("XLA_FLAGS", "--xla_backend_optimization_level=0")


def pytest_addoption(parser):
    parser.addoption("--corpora", type=Path, help="folder of the real corpora to test on")
    parser.addoption("--kills", type=int, help="how often a training is killed that goes on")


@pytest.fixture(scope="session")
def corpora(request):
    folder = request.config.getoption("--corpora")
    if folder is None:
        pytest.skip("needs the real corpora: pytest tests --corpora DIR")
    return folder.resolve()


@pytest.fixture(scope="session")
def browser(tmp_path_factory):
    """Headless Chromium, where there is one."""
    program = find_browser()
    if program is None:
        pytest.skip("needs a browser: chromium or google-chrome")
    with Browser(program, tmp_path_factory.mktemp("browser")) as opened:
        yield opened
