"""Run folders from strangers: one line, and no code of theirs is run."""

import shutil

import pytest

from tests.apps import tampered

VOCABULARIES = ("words.txt", "characters.txt", "tags.txt")


@pytest.mark.parametrize(("name", "change"), tampered.files(*VOCABULARIES))
def test_tampered(run, refuses, tmp_path, name, change):
    change(shutil.copytree(run, tmp_path / "run") / name)
    # The options are not needed to predict.
    module, *texts = ["evaluate"] if name == "config.json" else ["predict", "Mary"]
    refuses(tmp_path, module, ["--run", "@run", *texts], 1, "@run")
    assert not tampered.RAN
