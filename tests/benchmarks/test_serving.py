"""The benchmark of the exports under load: what it finds wrong, and a toy run."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks.serving.client import difference, growth, padded

ROOT = Path(__file__).parents[2]


def strings(*some):
    return np.array(some, object)


ANSWERS = [
    {"tokens": strings(b"a", b"b\0"), "p": np.array([0.5, 0.25])},
    {"tokens": strings(), "p": np.zeros(0)},
]
FOUND = {"tokens": strings(b"a", b"b\0", b"", b"").reshape(2, 2), "p": np.eye(2) * 0}


@pytest.mark.parametrize(
    "output, place, value, wrong",
    [
        ("p", (0, 1), 0.25 + 1e-5, None),
        ("p", (0, 1), 0.251, "p of row 0"),
        ("p", (0, 1), np.nan, "p of row 0"),
        ("p", (1, 0), 0.5, "p of row 1"),
        ("tokens", (0, 1), b"b", "tokens of row 0"),
        ("tokens", (1, 1), b"c", "tokens of row 1"),
    ],
)
def test_finds_what_is_wrong(output, place, value, wrong):
    found = {name: x.copy() for name, x in FOUND.items()}
    found["p"][0] = 0.5, 0.25
    found[output][place] = value
    said = difference({"fill": {"tokens": b"", "p": 0.0}}, found, ANSWERS)
    assert said is None if wrong is None else said.startswith(wrong)


def test_a_row_that_is_missing_is_wrong():
    found = {name: x[:1] for name, x in FOUND.items()}
    assert "shape" in difference({"fill": {"tokens": b"", "p": 0.0}}, found, ANSWERS)


def test_pads_strings_as_they_are():
    rows = padded([strings(b"\0", b"x\0"), strings(b"")])
    assert rows.tolist() == [[b"\0", b"x\0"], [b"", b""]]
    assert padded([b"\0", b"ab"]).tolist() == [b"\0", b"ab"]


def test_memory_that_grows_by_a_kilobyte_a_request():
    counts = np.arange(25, 5001, 25)
    memory = np.stack([counts, 900 + counts / 1000 + np.where(counts < 1000, 500, 0)], axis=1)
    found = growth(memory, 1000)
    assert found["slope_per_1000"] == pytest.approx(1.0)
    assert found["grown"] == pytest.approx(4.0)


# Texts and frames; what the exports of all applications answer is tested with each of them.
@pytest.mark.slow
@pytest.mark.parametrize("application", ["ner", "music"])
def test_toy_run(application, tmp_path):
    results = tmp_path / "serving.json"
    options = ["--toy", "--only", application, "--results", str(results)]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.serving", *options],
        env={**os.environ, "PYTHONPATH": f"{ROOT / 'shared'}{os.pathsep}{ROOT}"},
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(results.read_text())["applications"][application]
    assert (found["requests"], found["wrong"]) == (60, 0)
    assert sum(one["requests"] for one in found["under_load"]) == 60
