"""Entities that several processes find."""

import pytest

from apps.ner.reading import conll, sets
from tests.apps.commands import same_with_workers


@pytest.mark.slow
def test_same_with_workers(run, tmp_path):
    sentences = conll.read(sets.EMBEDDED / "train.conll")
    texts = [" ".join(one.tokens) for one in sentences]
    texts = (texts * (1 + 3000 // len(texts)))[:3000]
    options = ("--k-best", 2)
    same_with_workers("ner", "predict", run, texts, tmp_path, *options)
