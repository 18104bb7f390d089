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


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Tests that share trained models run in one worker, so that none is trained twice."""
    from xdist.scheduler import LoadFileScheduling

    class ByModels(LoadFileScheduling):
        def _split_scope(self, nodeid):
            file = super()._split_scope(nodeid)
            *folders, name = file.split("/")
            shared = folders[:2] == ["tests", "apps"] and name != "test_backends.py"
            return "/".join(folders[:3]) if shared else file

    if config.getvalue("dist") == "loadfile":
        return ByModels(config, log)
    return None
