"""A training that is killed again and again ends as if it had not been."""

import resource
import signal
import subprocess
import sys
import time
import zipfile
from functools import partial

import h5py
import numpy as np
import pytest
import soundfile

from apps.music.showing.midi import write_midi
from apps.ner.reading import conll, sets
from tests.apps.commands import call
from tests.apps.lm.conftest import TEXT
from tests.apps.music.conftest import tune
from tests.apps.speech.conftest import RATE, WORDS, sing
from tests.apps.translation.conftest import pairs

pytestmark = pytest.mark.slow


def ner(folder):
    sentences = conll.read(sets.EMBEDDED / "train.conll")[:60]
    rows = (zip(one.tokens, one.tags, strict=True) for one in sentences)
    text = "\n".join("".join(f"{token}\t{tag}\n" for token, tag in one) for one in rows)
    (folder / "a.conll").write_text(text, encoding="utf-8")
    sizes = "--units 8 --vector-size 8 --character-size 4 --character-units 4"
    return f"--corpus {folder}/a.conll --valid 0.2 {sizes} --epochs 10 --patience 10 --batch-size 4"


def sentiment(folder):
    texts = [f"{'bad' if i % 2 else 'good'} {i % 7} walk\t{i % 2}\n" for i in range(90)]
    (folder / "a.tsv").write_text("text\tlabel\n" + "".join(texts))
    sizes = "--units 8 --vector-size 8 --epochs 8 --patience 8 --batch-size 4"
    return f"--corpus {folder}/a.tsv {sizes}"


def lm(folder):
    (folder / "a.txt").write_text(TEXT * 3, encoding="utf-8")
    sizes = "--units 8 --depth 2 --weight-dropout 0.2 --average 0.9 --batch-size 2 --steps 16"
    return f"--corpus {folder}/a.txt --valid 0.2 {sizes} --epochs 8 --patience 8"


def music(folder):
    for number in range(12):
        write_midi(tune(number, 6), folder / f"{number}.mid")
    return f"--corpus {folder} --valid 0.2 --grid 2 --units 12 --epochs 20 --patience 20 --steps 16"


def translation(folder):
    lines = [f"{source}\t{target}\n" for source, target in list(pairs())[::20]]
    (folder / "a.tsv").write_text("".join(lines), encoding="utf-8")
    sizes = "--units 8 --vector-size 8 --vocabulary 100 --average 0.9 --batch-tokens 64"
    return f"--corpus {folder}/a.tsv --valid 0.2 {sizes} --epochs 8 --patience 8"


def speech(folder):
    rng = np.random.default_rng(0)
    rows = []
    for i in range(30):
        sound, _ = sing(text := " ".join(rng.choice(WORDS, 2)), rng)
        soundfile.write(folder / f"{i}.wav", sound, RATE)
        rows.append(f"{i}.wav\t{text}\n")
    (folder / "a.tsv").write_text("path\ttext\n" + "".join(rows))
    sizes = f"--rate {RATE} --bands 12 --units 8 --depth 1 --batch-size 4 --average 0.9"
    return f"--corpus {folder}/a.tsv --valid 0.2 {sizes} --epochs 8 --patience 8"


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


# At first before anything is saved, at last in the final evaluation, else at random: most often
# where a training starts soonest, for what saves and goes on is the same in all.
@pytest.mark.parametrize(
    ("corpus", "kills"),
    [(ner, 4), (sentiment, 4), (lm, 6), (music, 4), (translation, 4), (speech, 4)],
)
def test_killed(tmp_path, corpus, kills, request):
    kills = request.config.getoption("--kills") or kills
    app = corpus.__name__
    folder = tmp_path / "corpus"
    folder.mkdir()
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    words = ["-m", "tests.apps.killing", app, 1, kills, whole, cut, *corpus(folder).split()]
    command = [sys.executable, *map(str, words)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8")
    statuses = [line for line in done.stdout.splitlines() if line.isdigit()]
    assert statuses == ["0", "0"], done.stderr
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
    run = tmp_path / "run"
    options = [*lm(tmp_path).split(), "--epochs", "1000", "--run", str(run)]
    training = subprocess.Popen(
        [sys.executable, "-m", "apps.lm.train", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    while not (run / "history.csv").exists():
        assert training.poll() is None, training.communicate()
        time.sleep(0.05)
    expected = f"error: {run}: process {training.pid} is training here; name another --run\n"
    second = call("lm", "train", *options)
    assert (second.status, second.err) == (2, expected)
    training.send_signal(number)
    out, err = training.communicate(timeout=60)
    assert (training.returncode, err) == (status, says)
    assert "the same command goes on after epoch" in out
    with np.load(run / "checkpoint" / "last.npz") as saved:
        assert saved["epochs"] > 0
    assert not (run / "lock").exists()


def test_no_room(tmp_path):
    """One line where a file cannot be written to its end; the same command then does the rest."""
    run = tmp_path / "run"
    train = partial(call, "tests.apps.brackets", "train", "--epochs", "2", "--run", run)
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20000, usual[1]))  # the optimizer needs more
    try:
        result = train()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)
    error = f"error: {run}: cannot be saved: File too large\n"
    assert (result.status, result.err) == (1, error)
    result = train()
    assert result.status == 0, result.err
