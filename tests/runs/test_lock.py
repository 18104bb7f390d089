"""One process in a folder at a time."""

import os
import subprocess
import sys

import pytest

from gated.errors import BadUsage
from gated.runs.lock import alone, check_free

_HOLD = """
import sys
from pathlib import Path
from gated.runs.lock import alone
with alone(Path(sys.argv[1])):
    print("here", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def other(tmp_path):
    """Another process, which is in a folder until its input ends."""
    command = [sys.executable, "-c", _HOLD, str(tmp_path / "run")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "encoding": "utf-8"}
    with subprocess.Popen(command, env=environment, **pipes) as process:
        assert process.stdout.readline() == "here\n"
        yield process
        process.kill()


def test_a_second_one_is_refused(tmp_path, other):
    expected = f"^{tmp_path}/run: process {other.pid} is training here"
    with pytest.raises(BadUsage, match=expected), alone(tmp_path / "run"):
        pytest.fail("two are here")
    with pytest.raises(BadUsage, match=expected):
        check_free(tmp_path / "run")


def test_the_lock_of_a_killed_one_is_free(tmp_path, other):
    other.kill()
    other.wait()
    assert (tmp_path / "run" / "lock").exists()
    with alone(tmp_path / "run"):
        assert (tmp_path / "run" / "lock").read_text() == f"{os.getpid()}\n"
    check_free(tmp_path / "run")


def test_nothing_is_left(tmp_path):
    with alone(tmp_path / "run"):
        pass
    assert not (tmp_path / "run").exists()
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "file").touch()
    with alone(tmp_path / "old"):
        pass
    assert [path.name for path in (tmp_path / "old").iterdir()] == ["file"]
