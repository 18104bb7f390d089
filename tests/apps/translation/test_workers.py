"""Texts that several processes translate."""

import pytest

from tests.apps.commands import same_in_a_worker
from tests.apps.translation.conftest import pairs


@pytest.mark.slow
def test_same_in_a_worker(run):
    texts = [f"{text} {'again ' * (i % 9)}" for i, (text, _) in enumerate(pairs())]
    same_in_a_worker("translation", "predict", run, texts[::20], "--beams", 2)
