"""The commands, as a user calls them."""

import json
import shutil
import wave
from dataclasses import replace
from pathlib import Path

import mido
import numpy as np
import pytest

from apps.music.reading.midi import read_midi
from apps.music.reading.piece import KEYS, Piece
from apps.music.showing.midi import write_midi
from tests.apps.commands import contents
from tests.apps.music.conftest import tune


@pytest.mark.parametrize("name", ["joint", "independent"])
def test_evaluate_reports_the_same(command, runs, tmp_path, name):
    own = shutil.copytree(runs[name], tmp_path / "run")
    before = json.loads((own / "metrics.json").read_text())
    result = command("evaluate", "--run", own, "--json")
    assert result.status == 0, result.err
    found = json.loads(result.lines[-1])
    assert found == json.loads((own / "metrics.json").read_text())
    del before["valid_loss"]
    assert found.pop("set") == before.pop("set")
    assert found == pytest.approx(before, rel=1e-5)


def test_evaluate_other_pieces(command, runs, tmp_path):
    own = shutil.copytree(runs["joint"], tmp_path / "run")
    write_midi(tune(7, 9), tmp_path / "other.mid")
    result = command("evaluate", "--run", own, "--corpus", tmp_path / "other.mid", "--json")
    assert result.status == 0, result.err
    assert json.loads(result.lines[-1])["frames"] == 54


def test_samples(command, runs, tmp_path):
    out = tmp_path / "tunes"
    options = ["sample", "--run", runs["joint"], "--samples", 2, "--bars", 4, "--seed", 5]
    result = command(*options, "--out", out, "--json")
    assert result.status == 0, result.err
    found = [json.loads(line) for line in result.lines]
    assert [one["i"] for one in found] == [0, 1]
    for one in found:
        midi, wav, svg = one["files"]
        file = mido.MidiFile(midi)
        tempos = [m.tempo for track in file.tracks for m in track if m.type == "set_tempo"]
        assert mido.tempo2bpm(tempos[0]) == pytest.approx(96)
        metres = [m for track in file.tracks for m in track if m.type == "time_signature"]
        assert (metres[0].numerator, metres[0].denominator) == (3, 4)
        with wave.open(wav) as sound:
            seconds = sound.getnframes() / sound.getframerate()
        assert seconds == pytest.approx(4 * 3 * 60 / 96, abs=0.01)
        assert Path(svg).read_text().startswith("<?xml")
    page = (out / "index.html").read_text(encoding="utf-8")
    assert page.count("<audio") == 2 and "http" not in page.replace("http://www.w3.org", "")
    # A second call with more samples: the same first two.
    assert command(*options, "--samples", 3, "--out", tmp_path / "more").status == 0
    for i in (1, 2):
        a, b = (folder / f"tune-{i}.mid" for folder in (out, tmp_path / "more"))
        assert a.read_bytes() == b.read_bytes()


def test_samples_into_the_next_folder(command, runs, tmp_path):
    own = shutil.copytree(runs["independent"], tmp_path / "run")
    for number in (1, 2):
        result = command("sample", "--run", own, "--bars", 1)
        assert result.status == 0, result.err
        assert (own / "samples" / str(number) / "index.html").is_file()
        assert "longest copy" in result.out


def test_goes_on_from_a_primer(command, runs, tmp_path):
    write_midi(tune(1), tmp_path / "primer.mid")
    out = tmp_path / "out"
    result = command(
        *("sample", "--run", runs["joint"], "--primer", tmp_path / "primer.mid"),
        *("--primer-bars", 2, "--bars", 2, "--tempo", 150, "--out", out),
    )
    assert result.status == 0, result.err
    found = read_midi(out / "tune-1.mid", 2)
    assert found.tempo == pytest.approx(150)
    np.testing.assert_array_equal(found.frames[:12], tune(1).frames[:12])
    assert len(found.frames) <= 24


def test_harmonises(command, runs, tmp_path):
    melody = Piece("m", np.where(np.arange(KEYS) > 40, tune(2).frames, 0), tune(2).positions, 2)
    write_midi(melody, tmp_path / "melody.mid")
    out = tmp_path / "out"
    result = command(
        *("sample", "--run", runs["joint"], "--harmonise", tmp_path / "melody.mid", "--out", out)
    )
    assert result.status == 0, result.err
    found, given = (read_midi(p, 2).frames for p in (out / "tune-1.mid", tmp_path / "melody.mid"))
    highest = [KEYS - 1 - np.argmax(frames[:, ::-1] > 0, axis=1) for frames in (found, given)]
    np.testing.assert_array_equal(*highest)


@pytest.mark.parametrize(
    "options, status, problem",
    [
        (["--samples", 0], 2, "--samples 0: expected at least 1"),
        (["--bars", 0], 2, "--bars 0: expected at least 1"),
        (["--temperature", 0], 2, "--temperature 0.0: expected more than 0"),
        (["--temperature", "nan"], 2, "expected more than 0"),
        (["--seed", -1], 2, "--seed -1"),
        (["--tempo", 0], 2, "--tempo 0.0: expected 10 to 1000"),
        (["--primer-bars", 2], 2, "--primer-bars goes with --primer"),
        (["--primer", "a.mid", "--harmonise", "b.mid"], 2, "not both"),
        (["--primer", "missing.mid"], 1, "missing.mid"),
        (["--harmonise", "bad.mid"], 1, "bad.mid"),
        (["--out", "taken"], 2, "--out taken: exists already"),
        (["--samples", 200, "--bars", 11], 2, "--samples 200: expected 2000 bars at most in all"),
        (["--harmonise", "slow.mid"], 1, "slow.mid: 5 quarters a minute; give another --tempo"),
    ],
)
def test_bad_input_to_sample(command, runs, tmp_path, monkeypatch, options, status, problem):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.mid").write_bytes(b"MThd and no more")
    write_midi(replace(tune(1), tempo=5.0), tmp_path / "slow.mid")
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "file").write_text("mine")
    before = contents(tmp_path), contents(runs["joint"])
    result = command("sample", "--run", runs["joint"], *options)
    assert result.status == status
    assert problem in result.err
    assert "Traceback" not in result.err
    assert (contents(tmp_path), contents(runs["joint"])) == before


def test_a_run_of_another_application(command, runs, tmp_path):
    own = shutil.copytree(runs["joint"], tmp_path / "run")
    whole = (own / "pieces.npz").read_bytes()
    for damaged in (b"no", b"", whole[:200] + b"?" + whole[201:], whole[:-100]):
        (own / "pieces.npz").write_bytes(damaged)
        result = command("sample", "--run", own)
        assert result.status == 1
        assert result.err.count("\n") == 1 and str(own) in result.err
