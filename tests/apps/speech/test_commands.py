"""The commands, as a user calls them."""

import json
import os
import shutil

import jiwer
import numpy as np
import pytest
import soundfile

from tests.apps.speech.conftest import RATE, sing


@pytest.fixture(scope="session")
def song(tmp_path_factory):
    """A recording with its words, and when each begins and ends."""
    path = tmp_path_factory.mktemp("song") / "song.wav"
    words = ["dad", "abe", "cab", "bee"]
    sound, times = sing(" ".join(words), np.random.default_rng(9))
    soundfile.write(path, sound, RATE)
    return path, words, times


def test_training(run, songs):
    metrics = json.loads((run / "metrics.json").read_text())
    assert metrics["wer"] < 0.2 and metrics["valid_cer"] < 0.1
    speakers = {json.loads(line)["speaker"] for line in (songs / "all.jsonl").open()}
    assert metrics["by_speaker"].keys() < speakers and len(metrics["by_speaker"]) == 2
    counted = [row["words"] for row in metrics["by_speaker"].values()]
    assert sum(counted) == metrics["words"]


def test_evaluation(run, command, songs):
    """The metrics are those of the training, and of jiwer for what predict says."""
    metrics = json.loads((run / "metrics.json").read_text())
    result = command("evaluate", "--run", run, "--json")
    found = json.loads(result.lines[-1])
    assert found == {name: metrics[name] for name in found}
    result = command("evaluate", "--run", run, "--corpus", songs / "all.jsonl", "--json")
    whole = json.loads(result.lines[-1])
    rows = [json.loads(line) for line in (songs / "all.jsonl").open()]
    paths = [songs / row["audio_filepath"] for row in rows]
    texts = [line.partition("\t")[2] for line in command("predict", "--run", run, *paths).lines]
    said = [row["text"] for row in rows]
    assert whole["wer"] == pytest.approx(jiwer.wer(said, texts))
    assert whole["cer"] == pytest.approx(jiwer.cer(said, texts))
    assert whole["seconds"] == pytest.approx(sum(row["duration"] for row in rows), rel=1e-3)


def test_recordings_too_short_for_what_is_said(training_options, command, songs, tmp_path):
    """They are named and counted; where all are, that is bad data."""
    rows = [json.loads(line) for line in (songs / "all.jsonl").open()][:20]
    for i, row in enumerate(rows):
        row["audio_filepath"] = str(songs / row["audio_filepath"])
        if i in (3, 7):
            row["text"] = " ".join(["abe"] * 99)
    manifest = tmp_path / "some.jsonl"
    manifest.write_text("".join(json.dumps(row) + "\n" for row in rows))
    valid = ["--valid", songs / "all.jsonl", "--test", songs / "all.jsonl"]
    options = [*training_options, "--corpus", manifest, *valid, "--epochs", "1", "--run"]
    result = command("train", *options, tmp_path / "run")
    assert result.status == 0, result.err
    assert "not trained on: 2 recordings too short for what is said: " in result.out
    assert "3.wav" in result.out and "7.wav" in result.out

    for row in rows:
        row["text"] = " ".join(["abe"] * 99)
    manifest.write_text("".join(json.dumps(row) + "\n" for row in rows))
    result = command("train", *options, tmp_path / "none")
    line = "error: no recording is long enough for what is said in it\n"
    assert (result.status, result.err) == (1, line)


@pytest.mark.parametrize("beams", [1, 6])
def test_words_with_their_times(run, command, song, beams):
    path, words, times = song
    result = command("predict", "--run", run, path, "--format", "json", "--beams", beams)
    (found,) = map(json.loads, result.lines)
    assert (found["name"], found["text"].split()) == (str(path), words)
    assert found["log_p"] < 0
    for word, (start, end) in zip(found["words"], times, strict=True):
        assert word["start"] == pytest.approx(start, abs=0.12)
        assert word["end"] == pytest.approx(end, abs=0.12)
        assert 0 < word["confidence"] <= 1


def test_formats(run, command, song, tmp_path):
    path, words, _ = song
    assert command("predict", "--run", run, path).out == " ".join(words) + "\n"
    for form, start in (("srt", "1\n00:00:00"), ("vtt", "WEBVTT\n"), ("html", "<!doctype html>")):
        out = tmp_path / form
        result = command("predict", "--run", run, path, "--format", form, "--out", out)
        assert (result.status, result.out) == (0, "")
        text = out.read_text()
        assert text.lower().startswith(start.lower()) and words[0] in text


def test_a_long_recording(run, command, tmp_path):
    """It is cut at pauses, and what is said in its parts is heard where it is said."""
    rng = np.random.default_rng(2)
    sounds, words, offset, starts = [], [], 0.0, []
    for _ in range(22):
        sound, times = sing("abe dad cab", rng)
        sounds += [sound, 0.001 * rng.normal(size=RATE // 4)]
        words += ["abe", "dad", "cab"]
        starts += [offset + start for start, _ in times]
        offset += len(sound) / RATE + 0.25
    soundfile.write(tmp_path / "long.flac", np.concatenate(sounds), RATE)
    assert offset > 30
    result = command("predict", "--run", run, tmp_path / "long.flac", "--format", "json")
    (found,) = map(json.loads, result.lines)
    # It has never heard how long a gap there is between songs.
    assert jiwer.cer("".join(words), found["text"].replace(" ", "")) < 0.05
    assert found["seconds"] == pytest.approx(offset, abs=0.01)
    heard = [word["start"] for word in found["words"]]
    near = [min(abs(start - one) for one in starts) for start in heard]
    assert np.median(near) < 0.1


def test_only_words_of_a_list(run, command, song, tmp_path):
    path, *_ = song
    (tmp_path / "words.txt").write_text("abe\ncab\nace\n")
    options = ["--run", run, path, "--vocabulary", tmp_path / "words.txt"]
    found = command("predict", *options).out.split()
    assert found and set(found) <= {"abe", "cab", "ace"}
    hot = command("predict", "--run", run, path, "--hot-words", "ace", "--hot-bonus", "100")
    assert "ace" in hot.out.split()


def test_nothing_is_heard_in_nothing(run, command, tmp_path):
    soundfile.write(tmp_path / "none.wav", np.zeros(0, "float32"), RATE)
    soundfile.write(tmp_path / "short.wav", np.full(20, 0.1, "float32"), RATE)
    paths = [tmp_path / "none.wav", tmp_path / "short.wav"]
    result = command("predict", "--run", run, *paths, "--format", "json")
    assert result.status == 0, result.err
    assert [json.loads(line)["text"] for line in result.lines] == ["", ""]


def test_a_name_that_is_no_text(run, command, song, tmp_path):
    name = os.fsdecode(b"\xff.wav")
    shutil.copy(song[0], tmp_path / name)
    out = tmp_path / "out"
    for form in ("text", "json", "html"):
        given = ["--run", run, tmp_path / name, song[0], "--format", form, "--out", out]
        result = command("predict", *given)
        assert result.status == 0, result.err
        assert b"\xff.wav" in out.read_bytes()


def test_without_recordings(run, command):
    result = command("predict", "--run", run)
    assert (result.status, result.err) == (2, "error: expected the names of recordings\n")


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["nowhere.wav"], "nowhere.wav: no such file or directory, expected a sound file"),
        (["--beams", "1", "--bonus", "2"], "--beams 1 takes the likeliest tokens"),
        (["--format", "srt", "a.wav", "b.wav"], "--format srt is of one recording, found 2"),
        (["--beams", "0"], "--beams 0: expected at least 1"),
        (["--language-model", "nowhere"], "nowhere"),
        (["--vocabulary", "nowhere"], "nowhere: no such file"),
        (["--hot-words", "été"], "--hot-words: "),
    ],
)
def test_bad_usage(run, command, song, options, says):
    if not any(word.endswith(".wav") for word in options):
        options = [song[0], *options]
    result = command("predict", "--run", run, *options)
    assert result.status in (1, 2)
    assert result.err.count("\n") == 1 and says in result.err
