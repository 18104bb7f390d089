"""Sentences that several processes score."""

import pytest

from tests.apps.commands import same_with_workers
from tests.apps.lm.conftest import TEXT


@pytest.mark.slow
def test_same_with_workers(run, tmp_path):
    texts = [line[: i % 45] for i in range(800) for line in TEXT.splitlines()]
    same_with_workers("lm", "score", run, texts, tmp_path)
