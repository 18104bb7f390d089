"""What the tests of the applications share."""

import shutil

import pytest

from tests.apps import tampered
from tests.apps.commands import contents


@pytest.fixture
def refuses(command):
    """Checks that a command ends with a status and one line that starts as it should."""

    def check(folder, module, arguments, status, start):
        before = contents(folder)
        result = command(module, *(str(one).replace("@", f"{folder}/") for one in arguments))
        assert result.err.startswith("error: " + start.replace("@", f"{folder}/"))
        assert result.err.count("\n") == 1 and result.err.endswith("\n")
        assert (result.status, result.out) == (status, "")
        assert contents(folder) == before

    return check


@pytest.fixture
def refuses_to_train(refuses):
    """Likewise of train on a corpus, which then leaves no run folder."""

    def check(folder, options, status, start):
        run = [] if "--run" in options else ["--run", "@run"]
        refuses(folder, "train", ["--corpus", *options.split(), *run], status, start)
        assert not (folder / "run").exists()

    return check


@pytest.fixture
def refuses_tampered(refuses, tmp_path):
    """Checks that a command refuses a run one file of which is changed, and runs nothing of it."""

    def check(run, name, change, module, *arguments):
        change(shutil.copytree(run, tmp_path / "run") / name)
        refuses(tmp_path, module, ["--run", "@run", *arguments], 1, "@run")
        assert not tampered.RAN

    return check
