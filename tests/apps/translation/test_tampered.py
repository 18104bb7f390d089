"""Run folders from strangers: one line, and no code of theirs is run."""

import pytest

from tests.apps import tampered

# The tagger's are in `make test`.
pytestmark = pytest.mark.slow

VOCABULARIES = ("source_tokens.txt", "target_tokens.txt", "source_merges.txt", "target_merges.txt")


@pytest.mark.parametrize(("name", "change"), tampered.files(*VOCABULARIES))
def test_tampered(run, refuses_tampered, name, change):
    refuses_tampered(run, name, change, "predict", "fine")
