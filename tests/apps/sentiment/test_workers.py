"""Classes that several processes predict."""

import pytest

from tests.apps.commands import same_with_workers
from tests.apps.sentiment.conftest import rows


@pytest.mark.slow
def test_same_with_workers(run, tmp_path):
    texts = [f"{text} {i} {'again ' * (i % 30)}" for i in range(60) for text, _ in rows()]
    same_with_workers("sentiment", "predict", run, texts, tmp_path)
