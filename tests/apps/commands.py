"""What the tests of the applications' commands share."""

import contextlib
import importlib
import io
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from importlib.util import find_spec

import psutil
import pytest

from gated.commands.inputs import Given
from gated.whole import is_temporary

_COMPILED = tempfile.TemporaryDirectory(prefix="jax-compiled-")
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
import json
from dataclasses import asdict
from tests.apps.commands import call

app, calls = sys.argv[1], json.loads(sys.argv[2])
print(json.dumps([asdict(call(app, *one)) for one in calls]))
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
    """Calls a command of an application in this process, which has its backend loaded already.

    The application is one of `apps`, or the package of another.
    """
    from gated.commands.command import run_command

    package = app if "." in app else f"apps.{app}"
    function = getattr(importlib.import_module(f"{package}.{module}"), module)
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


def goes_on(command, run, folder, texts):
    """Checks that a prediction that was interrupted in its second line goes on with --resume."""
    file, out = folder / "x.txt", folder / "out"
    file.write_text("".join(f"{text}\n" for text in texts), encoding="utf-8")
    given = ["--run", run, "--format", "json", "--file", file]
    expected = command("predict", *given).lines
    partial = out.with_name("out.partial")
    partial.write_text(f"{expected[0]}\n{expected[1][:9]}", encoding="utf-8")
    result = command("predict", *given, "--out", out, "--resume")
    assert (result.status, result.out) == (0, "")
    found = out.read_text(encoding="utf-8")
    assert [json.loads(line)["text"] for line in found.splitlines()] == texts
    assert found.startswith(f"{expected[0]}\n")
    result = command("predict", *given, "--resume")
    assert (result.status, result.err.count("\n")) == (2, 1)


def killed_and_gone_on(app, module, run, format, lines, folder):
    """Kills a command in the midst of its output, and goes on, with other inputs and with the same.

    Gives what it prints if it is left alone, what the killed one left, and what it is in the end.
    """
    (folder / "x.txt").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    (folder / "y.txt").write_text("the sea\n" * 9000)
    given = ["--run", run, "--format", format, "--file", folder / "x.txt"]
    whole, out, partial = (folder / name for name in ("whole", "out", "out.partial"))
    assert call(app, module, *given, "--out", whole).status == 0
    process = subprocess.Popen([sys.executable, "-m", f"apps.{app}.{module}", *given, "--out", out])
    while process.poll() is None and (not partial.exists() or partial.stat().st_size < 2**16):
        time.sleep(0.01)
    process.kill()
    assert process.wait() == -signal.SIGKILL
    left = partial.read_bytes()
    assert whole.read_bytes().startswith(left) and left
    other = call(app, module, *given[:-1], folder / "y.txt", "--out", out, "--resume")
    assert (other.status, other.err.count("\n")) == (2, 1)
    partial.write_bytes(left[:-9])  # as a machine that loses its power may leave it
    assert call(app, module, *given, "--out", out, "--resume").status == 0
    assert not partial.exists()
    return whole.read_bytes(), left, out.read_bytes()


def same_with_workers(app, module, run, texts, folder, *options):
    """Checks that two workers predict what one process does, though one is killed in between."""
    if not find_spec("ray"):
        pytest.skip("Ray is not installed")
    file, out = folder / "x.txt", folder / "out"
    file.write_text("".join(f"{text}\n" for text in texts), encoding="utf-8")
    given = ["--run", run, "--file", file, *options]
    plain = call(app, module, *given, "--format", "json")
    expected = [
        json.dumps({"id": f"{file}:{number}", **json.loads(line)}, ensure_ascii=False)
        for number, line in enumerate(plain.lines, 1)
    ]
    killed: list[int] = []
    beside = threading.Thread(target=_kill_a_worker, args=[out, killed])
    beside.start()
    result = call(app, module, *given, "--workers", 2, "--out", out)
    beside.join()
    assert (result.status, result.err, len(killed)) == (0, "", 1)
    found = "".join(path.read_text(encoding="utf-8") for path in sorted(out.iterdir()))
    assert len(expected) == len(texts) and found.splitlines() == expected


def same_in_a_worker(app, module, run, texts, *options):
    """Checks that what a worker loads predicts what the command does. No other process is started.

    How Ray has workers predict is the same for all: the tagger's tests have it do so.
    """
    given = ["--run", run, *options]
    handed = []
    with pytest.MonkeyPatch.context() as patch:
        command = importlib.import_module(f"apps.{app}.{module}")
        patch.setattr(command, "predict_by_workers", lambda load, *_, **__: handed.append(load))
        assert call(app, module, *given, "--workers", 2).status == 0
    (load,) = handed
    found = load()(Given(text, None, 0, "") for text in texts)
    expected = call(app, module, *given, "--format", "json", *texts).lines
    assert [json.dumps(one, ensure_ascii=False) for one in found] == expected


def _kill_a_worker(out, killed):
    """As soon as the first predictions are there."""
    end = time.monotonic() + 120
    while not out.exists() or not any(map(is_temporary, out.iterdir())):
        if time.monotonic() > end:
            return
        time.sleep(0.01)
    children = psutil.Process().children(recursive=True)
    worker = next(one for one in children if one.name().startswith("ray::MapWorker"))
    worker.kill()
    killed.append(worker.pid)


class Killed(BaseException):
    pass


def kill(app, patched, *arguments):
    """Trains until something is called, and leaves the folder as a kill at that moment does."""

    def end(*_, **__):
        raise Killed

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(patched, end)
        patch.setattr("gated.runs.folder.RunFolder.remove", lambda run: None)
        with pytest.raises(Killed):
            call(app, "train", *arguments)


# The best weights of the first epoch are written; what it takes to go on with the next is not.
IN_THE_FIRST_EPOCH = "gated.training.checkpoint.Progress._save"


def environment(backend):
    """That of a process of its own, on a backend."""
    return {
        **os.environ,
        "KERAS_BACKEND": backend,
        # Compiling takes far longer than running here, and the processes share much of it.
        "JAX_DISABLE_MOST_OPTIMIZATIONS": "1",
        "JAX_COMPILATION_CACHE_DIR": _COMPILED.name,
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
        "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "-1",
        # PyTorch's threads wait for each other in a busy loop, beside the other tests.
        "OMP_NUM_THREADS": "1",
    }


def without_tensorflow(backend, app, *calls):
    """The lines that each command prints, in one process for all that finds no TensorFlow."""
    if not find_spec(backend):
        pytest.skip(f"{backend} is not installed")
    given = json.dumps([[str(word) for word in one] for one in calls])
    done = subprocess.run(
        [sys.executable, "-c", _WITHOUT_TENSORFLOW, app, given],
        env=environment(backend),
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr[-2000:]
    results = [Result(**one) for one in json.loads(done.stdout)]
    for one in results:
        assert one.status == 0, one.err[-2000:]
    return [one.lines for one in results]
