"""Texts that several processes translate."""

import pytest

from tests.apps.commands import same_with_workers
from tests.apps.translation.conftest import pairs


@pytest.mark.slow
def test_same_with_workers(run, tmp_path):
    texts = [f"{text} {'again ' * (i % 9)}" for i, (text, _) in enumerate(pairs())]
    same_with_workers("translation", "predict", run, 2 * texts, tmp_path, "--beams", 2)
