"""Run folders from strangers: one line, and no code of theirs is run."""

import pytest

from tests.apps import tampered

VOCABULARIES = ("words.txt", "characters.txt", "tags.txt")


@pytest.mark.parametrize(("name", "change"), tampered.files(*VOCABULARIES))
def test_tampered(run, refuses_tampered, name, change):
    # The options are not needed to predict.
    module, *texts = ["evaluate"] if name == "config.json" else ["predict", "Mary"]
    refuses_tampered(run, name, change, module, *texts)
