"""Training on several devices: as on one."""

import json
import socket
import subprocess
import sys
import time

import keras
import numpy as np
import pytest

import gated.layers  # noqa: F401, registers what the models hold
from gated.commands.options import Devices
from gated.errors import BadUsage
from gated.training.devices import Divisible, use_devices
from tests.apps.commands import environment, without_tensorflow


class Batch(keras.utils.PyDataset):
    def __init__(self, *batch):
        super().__init__()
        self.batch = batch

    def __len__(self):
        return 1

    def __getitem__(self, i):
        return self.batch


def test_rows_are_added_that_weigh_nothing():
    x, y = np.arange(10.0).reshape(5, 2), np.arange(1, 6)
    candidates = np.arange(7)
    for weights in ((), (np.arange(5.0),), (np.arange(10.0).reshape(5, 2),)):
        (read, other), target, found = Divisible(Batch((x, candidates), y, *weights), 4)[0]
        given = weights[0] if weights else np.ones((5, 1))
        assert (read[:5] == x).all() and (read[5:] == x[4]).all()
        assert (other == candidates).all()
        assert target.tolist() == [1, 2, 3, 4, 5, 0, 0, 0]
        np.testing.assert_allclose(found[:5], given * 8 / 5, rtol=1e-6)
        assert found.shape == (8, *given.shape[1:]) and not found[5:].any()


@pytest.mark.skipif(keras.backend.backend() == "jax", reason="is what the others have not")
def test_other_backends_have_one():
    use_devices("1")
    with pytest.raises(BadUsage, match="JAX backend"):
        use_devices("all")


CORPORA = {
    "ner": ["The\tO\n", "Ada\tB-PER\nmet\tO\nBabbage\tB-PER\nin\tO\nLondon\tB-LOC\n", "Rain\tO\n"],
    "lm": ["the rain, again and again\n", "a boat on a slow river\n", "nobody saw the lamp\n"],
}
OPTIONS = {
    "ner": ["--character-units", "4", "--batch-size", "6", "--average", "0"],
    "lm": ["--steps", "16", "--batch-size", "8"],
}


@pytest.fixture(params=OPTIONS)
def train(request, tmp_path):
    """The arguments of a training, but for its run folder."""
    app = request.param
    corpus = tmp_path / "corpus.txt"
    end = "\n" if app == "ner" else ""
    corpus.write_text("".join(CORPORA[app][i % 3] + end for i in range(31)))
    options = ["--corpus", corpus, "--valid", corpus, "--units", "8", "--vector-size", "8"]
    return app, ["train", *options, "--dropout", "0.2", "--json", *OPTIONS[app]]


def check_same(app, one, other):
    """Checks that two trainings, of which these are lines and run folders, have ended alike."""
    metrics = [json.loads(lines[-1]) for lines, _ in (one, other)]
    goal = "nats_per_token" if app == "lm" else "f1"
    assert metrics[0][goal] == pytest.approx(metrics[1][goal], abs=1e-5)
    models = [keras.models.load_model(run / "model.keras") for _, run in (one, other)]
    for a, b in zip(*(model.get_weights() for model in models), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-5)


@pytest.mark.slow
def test_four_devices_train_as_one_does(train, tmp_path, monkeypatch):
    monkeypatch.setenv("XLA_FLAGS", "--xla_force_host_platform_device_count=4")
    app, arguments = train
    arguments += ["--epochs", "2"]
    runs = [tmp_path / devices for devices in ("1", "4")]
    calls = ([*arguments, "--run", run, "--devices", run.name] for run in runs)
    alone, together = without_tensorflow("jax", app, *calls)
    assert "Training on 4 devices" in together and "Training on 4 devices" not in alone
    check_same(app, (alone, runs[0]), (together, runs[1]))


def start(app, arguments, count=2):
    """Starts as many processes, which train together."""
    pytest.importorskip("jax")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        where = f"127.0.0.1:{free.getsockname()[1]}"
    together = ["--processes", str(count), "--coordinator", where]
    command, *options = map(str, arguments)
    call = [sys.executable, "-m", f"apps.{app}.{command}", *options, *together]
    return [
        subprocess.Popen(
            [*call, "--process", str(i)],
            env=environment("jax"),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )
        for i in range(count)
    ]


@pytest.mark.slow
@pytest.mark.parametrize("train", ["ner"], indirect=True)
def test_two_processes_train_as_one_does(train, tmp_path):
    app, arguments = train
    arguments += ["--epochs", "2"]
    runs = [tmp_path / processes for processes in ("1", "2")]
    processes = start(app, [*arguments, "--run", runs[1]])
    (first, _), (second, _) = [process.communicate(timeout=300) for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    assert "Training in 2 processes" in first and not second
    (alone,) = without_tensorflow("jax", app, [*arguments, "--run", runs[0]])
    check_same(app, (alone, runs[0]), (first.splitlines(), runs[1]))
    assert {path.name for path in runs[0].iterdir()} == {path.name for path in runs[1].iterdir()}


@pytest.mark.slow
@pytest.mark.parametrize("train", ["lm"], indirect=True)
def test_a_process_that_dies(train, tmp_path):
    """The others end soon, and one alone goes on, to where it would have come without them."""
    app, arguments = train
    arguments += ["--epochs", "15", "--patience", "15"]
    run, whole = tmp_path / "run", tmp_path / "whole"
    processes = start(app, [*arguments, "--run", run])
    history = run / "history.csv"
    while not history.exists() or history.read_text().count("\n") < 3:
        assert [process.poll() for process in processes] == [None, None]
        time.sleep(0.05)
    processes[1].kill()
    killed = time.monotonic()
    _, error = processes[0].communicate(timeout=60)
    assert time.monotonic() - killed < 30
    assert processes[0].returncode == 1
    assert error.endswith("error: process 1 is gone; the same commands go on from the last save\n")
    assert "Traceback" not in error and "***" not in error
    calls = ([*arguments, "--run", one] for one in (whole, run))
    expected, found = without_tensorflow("jax", app, *calls)
    check_same(app, (expected, whole), (found, run))


@pytest.mark.slow
@pytest.mark.parametrize("train", ["lm"], indirect=True)
def test_sigterm_ends_all(train, tmp_path):
    app, arguments = train
    run = tmp_path / "run"
    arguments += ["--epochs", "20000", "--patience", "20000", "--run", run]
    processes = start(app, arguments)
    while not (run / "history.csv").exists():
        assert [process.poll() for process in processes] == [None, None]
        time.sleep(0.05)
    for process in processes:
        process.terminate()
    (out, error), (_, other) = [process.communicate(timeout=60) for process in processes]
    assert [process.returncode for process in processes] == [143, 143]
    assert error.endswith("terminated\n") and other.endswith("terminated\n")
    assert "the same command goes on after epoch" in out
    assert not (run / "lock").exists() and (run / "checkpoint/last.npz").exists()


@pytest.mark.parametrize(
    "given, expected",
    [
        ({"processes": "2"}, "expected --coordinator HOST:PORT too"),
        ({"processes": "2", "coordinator": "here"}, "expected --coordinator HOST:PORT too"),
        ({"processes": "2", "coordinator": "a:1", "process": 2}, "--process 2: expected less"),
        ({"processes": "some"}, "--processes some: expected a number or auto"),
        ({"devices": "0"}, "--devices 0: expected a number or all"),
    ],
)
def test_options_that_make_no_sense(given, expected):
    with pytest.raises(BadUsage, match=expected):
        Devices(**given)
