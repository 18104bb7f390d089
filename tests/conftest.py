"""What all tests share."""

import os
from pathlib import Path

import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


def pytest_addoption(parser):
    parser.addoption("--corpora", type=Path, help="folder of the real corpora to test on")


@pytest.fixture(scope="session")
def corpora(request):
    folder = request.config.getoption("--corpora")
    if folder is None:
        pytest.skip("needs the real corpora: pytest tests --corpora DIR")
    return folder.resolve()
