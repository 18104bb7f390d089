"""Run folders: nothing is overwritten by surprise."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import pytest

from gated.errors import BadData, BadUsage
from gated.runs.folder import RunFolder


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_create(tmp_path):
    folder = RunFolder.create(tmp_path / "a" / "b")
    assert folder.path.is_dir()
    # Empty, so that nothing is lost.
    RunFolder.create(folder.path)


@pytest.mark.parametrize("taken", ["file", "folder", "file/below"])
def test_create_refuses_what_is_there(tmp_path, taken):
    (tmp_path / "file").write_text("precious")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "x").touch()
    with pytest.raises(BadUsage, match=r"exists already|cannot be made"):
        RunFolder.create(tmp_path / taken)
    assert (tmp_path / "file").read_text() == "precious"
    assert names(tmp_path / "folder") == ["x"]


@dataclass(frozen=True)
class Options:
    seed: int = 1
    run: Path = Path("x")


def test_what_a_killed_training_left_is_taken_up(tmp_path):
    """Before an epoch was kept it starts again, after it it goes on."""
    run = RunFolder(tmp_path / "run")
    run.path.mkdir()
    (run.path / ".123.config.json").write_text("{")  # killed while it was written
    with run.begin(run.path, Options()).training(Options()):
        assert names(run.path) == ["config.json", "lock"]
        run.checkpoint.mkdir()
    for path in (run.logs, run.checkpoint):
        path.mkdir()
        (path / "old").touch()
    for path in (run.history, run.path / ".123.words.txt", run.path / "notes.txt"):
        path.touch()
    with pytest.raises(BadUsage, match="cut off with --seed 1, not 2"):
        RunFolder.begin(run.path, Options(seed=2))
    assert (run.logs / "old").exists()
    with RunFolder.begin(run.path, Options()).training(Options()):
        assert names(run.path) == ["config.json", "lock", "notes.txt"]
    for path in (run.logs, run.checkpoint):
        path.mkdir()
    (run.checkpoint / "last.npz").touch()
    run.model.touch()  # trained, and not yet evaluated
    with RunFolder.begin(run.path, Options()).training(Options()):
        assert (run.checkpoint / "last.npz").exists() and run.logs.exists()
    assert run.is_finished()


@pytest.mark.parametrize(
    ("config", "others"),
    [
        ('{"seed": 1, "versions": {}}', ["model.keras"]),  # a finished run
        ('{"seed": 1, "versions": {}}', ["seed-1/config.json"]),
        ('{"seed": 1}', []),  # of something else
        ("seed = 1", []),
    ],
)
def test_what_is_no_killed_training_is_refused(tmp_path, config, others):
    (tmp_path / "config.json").write_text(config)
    for name in others:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    before = names(tmp_path)
    with pytest.raises(BadUsage, match="exists already"):
        RunFolder.begin(tmp_path, Options())
    assert names(tmp_path) == before


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (None, "no such run folder"),
        ([], "no config.json"),
        (["model.keras"], "no config.json"),
        (["config.json"], "no model.keras"),
    ],
)
def test_open_refuses_what_is_no_finished_run(tmp_path, files, message):
    path = tmp_path / "run"
    if files is not None:
        path.mkdir()
        for name in files:
            (path / name).touch()
    with pytest.raises(BadUsage, match=f"run: {message}"):
        RunFolder.open(path)


def test_config(tmp_path):
    @dataclass
    class Options:
        corpus: tuple[str, ...] = ("été.conll",)
        run: Path = tmp_path
        vectors: Annotated[Path | None, "a note"] = tmp_path / "vectors.txt"

    folder = RunFolder.create(tmp_path)
    folder.save_config(Options())
    assert folder.load_config(Options) == Options()
    content = folder.load_json(folder.config)
    assert content["corpus"] == ["été.conll"]
    assert content["run"] == str(tmp_path)
    assert "python" in content["versions"]
    assert json.loads(folder.config.read_text(encoding="utf-8")) == content


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", ":1: not JSON"),
        (b'{\n"a": 1,\n', ":3: not JSON"),
        (b'{"a": "\xff"}', ": not UTF-8"),
        (b"[1]", ": expected a JSON object"),
    ],
)
def test_corrupt_json(tmp_path, content, message):
    path = tmp_path / "config.json"
    path.write_bytes(content)
    with pytest.raises(BadData, match=f"config.json{message}"):
        RunFolder(tmp_path).load_json(path)
