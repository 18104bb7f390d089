"""Run folders from strangers: one line, and no code of theirs is run."""

import pytest

from tests.apps import tampered

# The tagger's are in `make test`.
pytestmark = pytest.mark.slow


@pytest.mark.parametrize(("name", "change"), tampered.files(arrays=["pieces.npz"]))
def test_tampered(runs, refuses_tampered, name, change):
    refuses_tampered(runs["joint"], name, change, "sample")
