"""The three sets of pieces, from files of every kind."""

import os
import subprocess
import sys

import numpy as np
import pytest
import scipy.io
from mido import Message

from apps.music.config import Config
from apps.music.reading import sets
from apps.music.reading.piece import KEYS, LOWEST, Note, Piece, frames_of
from apps.music.showing.midi import write_midi
from gated.errors import BadData, BadUsage
from tests.apps.music.reading.test_midi import sound, write


def tune(pitch):
    return f"X:{pitch}\nL:1/4\nK:C\n{'CDEFGAB'[pitch % 7]}4|\n\n"


def save(path, pitch):
    path.parent.mkdir(parents=True, exist_ok=True)
    frames = frames_of([Note(pitch, 0, 1)], 4)
    write_midi(Piece("x", frames, np.zeros(4, "uint8")), path)
    return str(path)


def pitches(pieces):
    return [LOWEST + int(np.flatnonzero(piece.frames[0])[0]) for piece in pieces]


@pytest.fixture
def thirty(tmp_path):
    for pitch in range(40, 70):
        save(tmp_path / "thirty" / f"{pitch}.mid", pitch)
    return str(tmp_path / "thirty")


def load(*corpus, **options):
    return sets.load(Config(corpus=corpus, **options))


def test_folds(thirty):
    corpus = load(thirty, valid=("fold:8/10",), test=("fold:9/10",))
    assert pitches(corpus.valid) == [48, 58, 68]
    assert pitches(corpus.test) == [49, 59, 69]
    assert pitches(corpus.train) == [p for p in range(40, 70) if p % 10 < 8]


def test_shares_are_of_a_seed(thirty):
    def split(**options):
        corpus = load(thirty, **options)
        return [pitches(pieces) for pieces in (corpus.train, corpus.valid, corpus.test)]

    train, valid, test = split(valid=("0.1",), test=("0.2",), seed=1)
    assert (len(valid), len(test)) == (3, 6)
    assert sorted(train + valid + test) == list(range(40, 70))
    assert split(valid=("0.1",), test=("0.2",), seed=1) == [train, valid, test]
    assert split(valid=("0.3",), test=("0.2",), seed=1)[2] == test
    assert split(valid=("0.1",), test=("0.2",), seed=2)[2] != test
    assert [len(found) for found in split()] == [27, 3, 0]


def test_files_and_folders_of_every_kind(tmp_path):
    save(tmp_path / "a" / "deep" / "x.MID", 60)
    save(tmp_path / "a" / "x.midi", 61)
    (tmp_path / "a" / "b.abc").write_text(tune(1) + tune(2))
    (tmp_path / "a" / "readme.txt").write_text("no music")
    (tmp_path / "a" / "._x.mid").write_text("no music")
    other = save(tmp_path / "y.mid", 62)
    corpus = load(str(tmp_path / "a"), other, valid=(other,), test=(str(tmp_path / "a"), other))
    assert pitches(corpus.train) == pitches(corpus.test) == [62, 64, 60, 61, 62]
    assert pitches(corpus.valid) == [62]


def test_folders_of_sets(tmp_path):
    for pitch, name in enumerate(("train", "dev", "test"), 60):
        save(tmp_path / name / "x.mid", pitch)
    corpus = load(str(tmp_path))
    found = [pitches(pieces) for pieces in (corpus.train, corpus.valid, corpus.test)]
    assert found == [[60], [61], [62]]
    assert pitches(sets.read_pieces((str(tmp_path),), Config())) == [62]
    assert pitches(sets.read_pieces((str(tmp_path / "train"),), Config())) == [60]


def test_a_folder_whose_name_has_test_in_it(tmp_path):
    for pitch, name in enumerate(("first", "latest", "contest"), 60):
        save(tmp_path / name / "x.mid", pitch)
    assert sorted(pitches(sets.read_pieces((str(tmp_path),), Config()))) == [60, 61, 62]
    save(tmp_path / "train" / "x.mid", 63)
    with pytest.raises(BadData, match="expected one test set, found contest, latest; name the"):
        load(str(tmp_path))


def test_rolls(tmp_path):
    cells = {}
    for length, name in enumerate(("traindata", "validdata", "testdata"), 3):
        cells[name] = np.empty((1, 1), object)
        cells[name][0, 0] = np.ones((length, KEYS), "uint8")
    path = str(tmp_path / "x.mat")
    scipy.io.savemat(path, cells)
    corpus = load(path)
    assert [len(p[0].frames) for p in (corpus.train, corpus.valid, corpus.test)] == [3, 4, 5]
    assert len(sets.read_pieces((path,), Config())[0].frames) == 5
    assert {piece.grid for piece in load(path, grid=1).train} == {1}


def test_what_is_bad_is_skipped_and_reported(tmp_path, capsys):
    folder = tmp_path / "songs"
    save(folder / "good.mid", 60)
    content = (folder / "good.mid").read_bytes()
    (folder / "corrupt.mid").write_bytes(content[:30])
    (folder / "cut.mid").write_bytes(content[:-8])
    write(folder / "drums.mid", sound(36, 0, 96, channel=9))
    write(folder / "empty.mid", [(0, Message("program_change", program=0))])
    write(folder / "hours.mid", sound(60, 0, 96) + sound(60, 96 * 72_000, 96 * 72_001))
    write(folder / "high.mid", sound(120, 0, 48) + sound(121, 0, 96)[1:] + sound(61, 96, 192))
    (folder / "tunes.abc").write_text(tune(1) + "X:2\nT:Bad\nK:C\nC}\n\n" + tune(3))
    pieces = sets.read_pieces((str(folder),), Config())
    assert [piece.name.split("/")[-1] for piece in pieces] == [
        "cut.mid", "good.mid", "high.mid", "tunes.abc, tune 1", "tunes.abc, tune 3"
    ]  # fmt: skip
    out, err = capsys.readouterr()
    lines = [line.replace(f"{folder}/", "") for line in err.splitlines()]
    assert out == ""
    assert lines[0].startswith("skipped corrupt.mid: damaged, or not a MIDI file: ")
    assert lines[1:] == [
        "skipped drums.mid: no notes",
        "skipped empty.mid: no notes",
        "skipped hours.mid: 72,001 quarters long, more than the 25,000 that are read",
        "skipped tunes.abc:9, tune 2 (Bad): `}` is not understood",
        "cut.mid: track 1 ends within an event, at its byte 11",
        "high.mid: 1 note outside the 88 keys of a piano left out",
        "5 pieces read, 5 skipped",
    ]


def test_ten_names_are_enough(thirty, tmp_path, capsys):
    for i in range(25):
        (tmp_path / "thirty" / f"bad{i}.mid").write_text("no music")
    load(thirty)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 12
    assert lines[-2:] == ["and 15 more", "30 pieces read, 25 skipped"]


@pytest.mark.parametrize(
    ("corpus", "problem"),
    [
        ("none.mid", "none.mid: no such file or folder"),
        ("x.txt", "x.txt: expected a folder, or a file whose name ends in .mid, .midi, .abc, .mat"),
        ("empty", "empty: no .mid or .midi or .abc files in this folder"),
        ("bad.mid", "bad.mid: damaged, or not a MIDI file"),
        ("bad", "bad: none of 2 pieces can be read; "),
        ("x.mid", "x.mid: of 1 pieces none is left to train on"),
    ],
)
def test_nothing_to_read(tmp_path, capsys, corpus, problem):
    (tmp_path / "empty").mkdir()
    (tmp_path / "bad").mkdir()
    for name in ("x.txt", "bad.mid", "bad/1.mid", "bad/2.mid"):
        (tmp_path / name).write_text("no music")
    save(tmp_path / "x.mid", 60)
    with pytest.raises(BadData) as error:
        load(str(tmp_path / corpus))
    assert str(error.value).startswith(f"{tmp_path}/{problem}")
    assert "\n" not in str(error.value)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"valid": ("fold:50/60",)}, "of 30 pieces none is left for the valid set"),
        ({"test": ("fold:0/1",)}, "of 30 pieces none is left for the valid set"),
        ({"valid": ("fold:0/1",)}, "of 30 pieces none is left to train on"),
    ],
)
def test_sets_without_pieces(thirty, options, problem):
    with pytest.raises(BadData, match=f"^{thirty}: {problem}$"):
        load(thirty, **options)


def test_a_fold_that_makes_no_sense(thirty):
    with pytest.raises(BadUsage, match=r"^--valid fold:9/3: expected fold:I/N with I below N"):
        load(thirty, valid=("fold:9/3",))


SCRIPT = """
import json, sys, time
from apps.music.reading import sets
from apps.music.config import Config
began = time.time()
corpus = sets.load(Config())
taken = time.time() - began
sets = [[p.name for p in pieces] for pieces in (corpus.train, corpus.valid, corpus.test)]
places = [int(p.positions[0]) for p in corpus.train[:3]]
voices = max(int(p.sounding.sum(axis=1).max()) for p in corpus.train)
modules = [m for m in ("music21", "tensorflow") if m in sys.modules]
print(json.dumps([sets, places, voices, taken, modules]))
"""


@pytest.fixture(scope="module")
def chorales(tmp_path_factory):
    """What two processes, one after the other, read where nothing was cached, and report."""
    import json

    home = tmp_path_factory.mktemp("home")
    environment = {**os.environ, "HOME": str(home), "TMPDIR": str(home), "COLUMNS": "80"}
    environment.pop("XDG_CACHE_HOME", None)
    environment["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
    runs = []
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True
        )
        assert (done.returncode, done.stderr) == (0, "")
        runs.append(json.loads(done.stdout))
    return home, runs


@pytest.mark.slow
def test_chorales(chorales):
    _, ((sets, places, voices, _, _), _) = chorales
    assert [len(names) for names in sets] == [280, 35, 34]
    assert sets[0][:2] == ["chorale 1 (BWV 269)", "chorale 2 (BWV 347)"]
    assert sets[1][0] == "chorale 9 (BWV 248.12-2)"
    # Both begin with a pickup of a quarter, the first of three and the second of four.
    assert places[:2] == [9, 13]
    assert voices <= 5


@pytest.mark.slow
def test_chorales_are_cached(chorales):
    home, (first, second) = chorales
    assert first[:3] == second[:3]
    assert second[3] < 1
    assert second[4] == []
    files = [path.relative_to(home) for path in home.rglob("*") if path.is_file()]
    assert [str(path.parent) for path in files] == [".cache/gated"]


def test_a_damaged_cache_is_made_anew(tmp_path, monkeypatch):
    from apps.music.reading import chorales

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    piece = Piece("x", frames_of([Note(60, 0, 1)], 4), np.zeros(4, "uint8"))
    monkeypatch.setattr(chorales, "_parsed", lambda grid: iter([piece]))
    assert pitches(chorales.read_chorales(4)) == [60]
    (path,) = (tmp_path / "gated").iterdir()
    whole = path.read_bytes()
    for content in (b"", whole[: len(whole) // 2], b"no array"):
        path.write_bytes(content)
        assert pitches(chorales.read_chorales(4)) == [60]
        assert len(path.read_bytes()) == len(whole)


def test_a_cache_that_cannot_be_written(tmp_path, monkeypatch, capsys):
    from apps.music.reading import chorales

    (tmp_path / "gated").write_text("a file where the folder is to be")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    piece = Piece("x", frames_of([Note(60, 0, 1)], 4), np.zeros(4, "uint8"))
    monkeypatch.setattr(chorales, "_parsed", lambda grid: iter([piece]))
    assert pitches(chorales.read_chorales(4)) == [60]
    assert ": cannot be written: " in capsys.readouterr().err
