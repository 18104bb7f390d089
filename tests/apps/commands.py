"""What the tests of the applications' commands share."""

import contextlib
import importlib
import io
import os
import subprocess
import sys
from dataclasses import dataclass

import pytest

_WITHOUT_TENSORFLOW = """
import sys

class WithoutTensorFlow:
    def __init__(self, finder):
        self.finder = finder

    def __getattr__(self, name):
        return getattr(self.finder, name)

    def find_spec(self, name, *given):
        return None if name.startswith("tensorflow") else self.finder.find_spec(name, *given)

sys.meta_path[:] = map(WithoutTensorFlow, sys.meta_path)
import importlib
from gated.runs.command import run_command
app, name = sys.argv.pop(1), sys.argv.pop(1)
run_command(getattr(importlib.import_module(f"apps.{app}.{name}"), name))
"""


@dataclass
class Result:
    """What a command left behind."""

    status: int
    out: str
    err: str

    @property
    def lines(self):
        return self.out.splitlines()


def contents(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def write(files, folder):
    """Writes files by name, and an empty folder beside them."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
    (folder / "folder").mkdir()
    return folder


def call(app, module, *arguments):
    """Calls a command of an application in this process, which has its backend loaded already."""
    from gated.runs.command import run_command

    function = getattr(importlib.import_module(f"apps.{app}.{module}"), module)
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", [module, *map(str, arguments)])
        try:
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                run_command(function)
            status = 0
        except SystemExit as end:
            status = end.code
    return Result(status, out.getvalue(), err.getvalue())


def without_tensorflow(backend, app, command, *arguments):
    """The lines that a command prints in a process of its own that finds no TensorFlow."""
    done = subprocess.run(
        [sys.executable, "-c", _WITHOUT_TENSORFLOW, app, command, *map(str, arguments)],
        env={**os.environ, "KERAS_BACKEND": backend},
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.splitlines()
