"""Run folders from strangers: one line, and no code of theirs is run."""

import pytest

from tests.apps import tampered

# The tagger's are in `make test`.
pytestmark = pytest.mark.slow


@pytest.mark.parametrize(("name", "change"), tampered.files("tokens.txt"))
def test_tampered(run, songs, refuses_tampered, name, change):
    refuses_tampered(run, name, change, "predict", songs / "0.wav")
