"""Run folders from strangers: one line, and no code of theirs is run."""

import shutil

import pytest

from tests.apps import tampered

# The tagger's are in `make test`.
pytestmark = pytest.mark.slow


@pytest.mark.parametrize(("name", "change"), tampered.files(arrays=["pieces.npz"]))
def test_tampered(runs, refuses, tmp_path, name, change):
    change(shutil.copytree(runs["joint"], tmp_path / "run") / name)
    refuses(tmp_path, "sample", ["--run", "@run"], 1, "@run")
    assert not tampered.RAN
