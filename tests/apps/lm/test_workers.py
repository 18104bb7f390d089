"""Sentences that several processes score."""

from tests.apps.commands import same_in_a_worker
from tests.apps.lm.conftest import TEXT


def test_same_in_a_worker(run):
    texts = [line[: i % 45] for i in range(20) for line in TEXT.splitlines()]
    same_in_a_worker("lm", "score", run, texts)
