"""Classes that several processes predict."""

from tests.apps.commands import same_in_a_worker
from tests.apps.sentiment.conftest import rows


def test_same_in_a_worker(run):
    texts = [f"{text} {'again ' * (i % 30)}" for i, (text, _) in enumerate(rows())]
    same_in_a_worker("sentiment", "predict", run, texts)
