"""A training that is killed again and again ends as if it had not been."""

import resource
import signal
import subprocess
import sys
import zipfile

import h5py
import numpy as np
import pytest

from apps.music.showing.midi import write_midi
from apps.ner.reading import conll, sets
from tests.apps.lm.conftest import TEXT
from tests.apps.music.conftest import tune

pytestmark = pytest.mark.slow

KILLS = 10


def ner(folder):
    sentences = conll.read(sets.EMBEDDED / "train.conll")[:60]
    rows = (zip(one.tokens, one.tags, strict=True) for one in sentences)
    text = "\n".join("".join(f"{token}\t{tag}\n" for token, tag in one) for one in rows)
    (folder / "a.conll").write_text(text, encoding="utf-8")
    sizes = "--units 8 --vector-size 8 --character-size 4 --character-units 4"
    return f"--corpus {folder}/a.conll --valid 0.2 {sizes} --epochs 25 --patience 25 --batch-size 4"


def sentiment(folder):
    texts = [f"{'bad' if i % 2 else 'good'} {i % 7} walk\t{i % 2}\n" for i in range(90)]
    (folder / "a.tsv").write_text("text\tlabel\n" + "".join(texts))
    sizes = "--units 8 --vector-size 8 --epochs 15 --patience 15 --batch-size 4"
    return f"--corpus {folder}/a.tsv {sizes}"


def lm(folder):
    (folder / "a.txt").write_text(TEXT * 3, encoding="utf-8")
    sizes = "--units 8 --depth 2 --weight-dropout 0.2 --average 0.9 --batch-size 2 --steps 16"
    return f"--corpus {folder}/a.txt --valid 0.2 {sizes} --epochs 8 --patience 8"


def music(folder):
    for number in range(12):
        write_midi(tune(number, 6), folder / f"{number}.mid")
    return f"--corpus {folder} --valid 0.2 --grid 2 --units 12 --epochs 30 --patience 30 --steps 16"


def python(*arguments):
    return subprocess.run(
        [sys.executable, "-m", *map(str, arguments)], capture_output=True, encoding="utf-8"
    )


def weights(run):
    """All arrays of a saved model by name."""
    found = {}

    def note(name, one):
        if isinstance(one, h5py.Dataset):
            found[name] = one[()]

    with (
        zipfile.ZipFile(run / "model.keras") as archive,
        archive.open("model.weights.h5") as file,
        h5py.File(file) as saved,
    ):
        saved.visititems(note)
    return found


@pytest.mark.parametrize("corpus", [ner, sentiment, lm, music])
def test_killed(tmp_path, corpus):
    app = corpus.__name__
    folder = tmp_path / "corpus"
    folder.mkdir()
    options = corpus(folder).split()
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    done = python(f"apps.{app}.train", *options, "--run", whole)
    assert done.returncode == 0, done.stderr
    options += ["--save-every", "0", "--run", cut]
    done = python("tests.apps.killing", app, 1, KILLS, *options)
    assert done.stdout.endswith("\n0\n"), done.stderr
    assert {path.name for path in cut.iterdir()} == {path.name for path in whole.iterdir()}
    for name in ("history.csv", "metrics.json"):
        assert (cut / name).read_text() == (whole / name).read_text()
    expected, found = weights(whole), weights(cut)
    assert found.keys() == expected.keys()
    for name, array in expected.items():
        np.testing.assert_array_equal(found[name], array)


@pytest.mark.parametrize(
    ("number", "status", "says"),
    [(signal.SIGTERM, 143, "terminated\n"), (signal.SIGINT, 130, "interrupted\n")],
)
def test_signals(tmp_path, number, status, says):
    """They end the training after the step; a second training in the folder is refused."""
    command = [sys.executable, "-m", "apps.lm.train", *lm(tmp_path).split(), "--epochs", "1000"]
    run = tmp_path / "run"
    command += ["--run", str(run)]
    training = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    while not (run / "history.csv").exists():
        assert training.poll() is None, training.communicate()
    second = subprocess.run(command, capture_output=True, encoding="utf-8")
    assert second.returncode == 2
    expected = f"error: {run}: process {training.pid} is training here; name another --run\n"
    assert second.stderr == expected
    training.send_signal(number)
    out, err = training.communicate(timeout=60)
    assert (training.returncode, err) == (status, says)
    assert "the same command goes on after epoch" in out
    with np.load(run / "checkpoint" / "last.npz") as saved:
        assert saved["epochs"] > 0
    assert not (run / "lock").exists()


def test_no_room(tmp_path):
    """One line where a file cannot be written to its end; the same command then does the rest."""
    command = [sys.executable, "-m", "tests.apps.brackets.train", "--epochs", "2"]
    command += ["--run", str(tmp_path / "run")]

    def little_room():
        resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))  # the optimizer needs more

    done = subprocess.run(command, preexec_fn=little_room, capture_output=True, encoding="utf-8")
    assert done.returncode == 1
    assert done.stderr == f"error: {tmp_path}/run: cannot be saved: File too large\n"
    done = subprocess.run(command, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
