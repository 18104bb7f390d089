"""The benchmarks for a GPU at toy sizes, on whatever is here, and how they end what hangs."""

import json
import os
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import pytest

from benchmarks.gpu import __main__ as gpu

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
MISSING = [name for name in ("jax", "torch") if find_spec(name) is None]
needs_both = pytest.mark.skipif(bool(MISSING), reason=f"needs {', '.join(MISSING)}")


def run(*options):
    return subprocess.run(
        [sys.executable, "-m", "benchmarks.gpu", *options],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{ROOT / 'shared'}{os.pathsep}{ROOT}"},
        capture_output=True,
        text=True,
        check=False,
    )


@needs_both
def test_all_parts_run_through(tmp_path):
    text = tmp_path / "text.txt"
    text.write_text("To be, or not to be, that is the question:\n" * 200)
    results = tmp_path / "gpu.json"
    done = run("--toy", "--corpus", str(text), "--results", str(results))
    assert done.returncode == 0, done.stderr
    parts = json.loads(results.read_text())["parts"]
    assert list(parts) == list(gpu.PARTS)
    checks = [record for record in parts["correct"] if "right" in record]
    assert checks and all(check["right"] for check in checks)
    assert {check["path"] for check in checks if "room" in check} == {"kernel"}
    assert {"sampler": "the tokens of the CPU", "same texts": "8 of 8"} in parts["correct"]
    (times,) = (record for record in parts["speed"] if "path" in record)
    assert not times["failed"]
    assert len(times["milliseconds, median and least"]) == 11
    assert times["path"]["LSTM peepholes, one launch"] == "kernel"
    for record in (parts["drawing"][1], parts["training"][1]):
        assert min(record["tokens a second, median"].values()) > 0
    assert parts["training"][2]["tiny Shakespeare"]["nats_per_token"] > 0


@pytest.mark.parametrize(
    "options, message",
    [
        (["--parts", "swiftness"], "--parts swiftness: expected some of correct, speed"),
        (["--corpus", "nowhere.txt"], "--corpus nowhere.txt: no such file"),
        pytest.param(["--parts", "correct"], "JAX sees no GPU here", marks=needs_both),
    ],
)
def test_refuses(options, message, tmp_path):
    done = run(*options, "--results", str(tmp_path / "gpu.json"))
    assert done.returncode == 2
    assert message in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "program, last",
    [
        ("print('{\"a\": 1}', flush=True); import time; time.sleep(60)", "no figure for"),
        ("print('{\"a\": 1}'); raise SystemExit(3)", "status 3"),
    ],
)
def test_a_part_that_hangs_or_fails_is_ended(program, last, monkeypatch):
    monkeypatch.setattr(gpu, "SILENCE", 5)
    monkeypatch.setattr(gpu, "command", lambda *_: [sys.executable, "-c", program])
    first, end = gpu.read_part("speed", "{}", time.monotonic() + 30)
    assert first == {"a": 1}
    assert last in end["ended"]
