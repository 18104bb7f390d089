"""Runs of `apps` under the name that the applications have where Gated is installed."""

import os
import subprocess
import sys

import pytest


@pytest.mark.slow
def test_a_run_loads_under_either_name(run, command, tmp_path):
    predict = ["predict", "--run", run, "--format", "json", "what a lovely boat"]
    done = subprocess.run(
        [sys.executable, "-m", "gated", "sentiment", *predict],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == command(*predict).out
