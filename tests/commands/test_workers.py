"""Predictions by workers, of a model that takes no time to load."""

import json
import os
import signal
import sys
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import pytest

from gated.commands.workers import predict_by_workers
from gated.errors import BadData, BadUsage

needs_ray = pytest.mark.skipif(not find_spec("ray"), reason="needs Ray")


def load(deaths: Path):
    """A model that dies at the text `die`, once for each file in a folder."""

    def predict(given):
        for one in given:
            if one.text == "none":
                raise BadData(f"{one.place}: expected another text")
            if one.text == "die" and (left := list(deaths.iterdir())):
                left[0].unlink()
                os.kill(os.getpid(), signal.SIGKILL)
            yield {**one.fields, "length": len(one.text)}

    return predict


@pytest.fixture
def predict(tmp_path, monkeypatch):
    # The workers import this file, from wherever they are.
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "deaths").mkdir()

    def call(*files, workers=1, **options):
        usual = {"texts": (), "input": None, "format": None, "out": Path("out"), "resume": False}
        deaths = tmp_path / "deaths"
        predict_by_workers(partial(load, deaths), workers, files=files, **{**usual, **options})

    return call


def found(folder):
    content = "".join(path.read_text(encoding="utf-8") for path in sorted(folder.iterdir()))
    return [json.loads(line) for line in content.splitlines()]


def expected(name, texts):
    return [
        {"id": f"{name}:{number}", "text": text, "length": len(text)}
        for number, text in enumerate(texts, 1)
    ]


@needs_ray
@pytest.mark.slow
def test_order_ids_and_a_worker_that_dies(predict, tmp_path):
    numbers = [str(i) for i in range(9000)]
    numbers[5000] = "die"
    (tmp_path / "a.txt").write_text("\n".join(numbers))
    own = [{"text": "é", "x": [1.5]}, {"text": "b", "id": 7}]
    (tmp_path / "b.jsonl").write_text("".join(f"{json.dumps(one)}\n\n" for one in own))
    (tmp_path / "deaths" / "one").touch()
    predict("*.txt", "b.jsonl", workers=2)
    assert not list((tmp_path / "deaths").iterdir())
    rows = [{"id": "b.jsonl:1", **own[0], "length": 1}, {**own[1], "length": 1}]
    assert found(tmp_path / "out") == expected("a.txt", numbers) + rows


@needs_ray
@pytest.mark.slow
def test_going_on(predict, tmp_path):
    texts = [str(i) for i in range(3000)]
    out = tmp_path / "out"
    out.mkdir()
    rows = expected("a.txt", texts)
    there = "".join(f"{json.dumps(one)}\n" for one in rows[:2048])
    (out / "00000-00000.jsonl").write_text(there)
    (tmp_path / "a.txt").write_text("\n".join(texts))
    (tmp_path / "b.jsonl").write_text('{"text": "a"}\n{"text": 3}\n')
    with pytest.raises(BadData, match=r"^b\.jsonl:2: '{\"text\": 3}', expected an object"):
        predict("a.txt", "b.jsonl", resume=True)
    assert found(out) == rows
    assert (out / "00000-00000.jsonl").read_text() == there
    (tmp_path / "a.txt").write_text("1\n")
    with pytest.raises(BadUsage, match=r"^--resume: line 3000 of what is there is not of these"):
        predict("a.txt", resume=True)


@needs_ray
@pytest.mark.slow
def test_what_no_worker_gets_through(predict, tmp_path, monkeypatch):
    monkeypatch.setattr("gated.commands.workers._RETRIES", 1)
    (tmp_path / "a.txt").write_text("a\n" * 3000 + "die\n")
    for name in range(20):
        (tmp_path / "deaths" / str(name)).touch()
    with pytest.raises(BadData, match=r"^the workers cannot go on, after 1 retries: "):
        predict("a.txt")
    assert found(tmp_path / "out") in (expected("a.txt", ["a"] * n) for n in (0, 1024, 2048))
    (tmp_path / "b.txt").write_text("a\n" * 1500 + "none\n")
    with pytest.raises(BadData, match=r"^b\.txt:1501: expected another text"):
        predict("b.txt", out=tmp_path / "other")
    assert found(tmp_path / "other") == expected("b.txt", ["a"] * 1024)
    with pytest.raises(BadUsage, match=r"^--workers 9999: Ray has \d+ CPUs, and each takes one"):
        predict("a.txt", workers=9999, out=tmp_path / "third")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"texts": ["a"]}, "--workers goes with --file, not texts"),
        ({"files": []}, "--workers goes with --file, not standard input"),
        ({"format": "html"}, "--workers goes with --format json, not html"),
        ({"out": None}, "--workers goes with --out FOLDER"),
    ],
)
def test_options_that_do_not_go_together(predict, options, message):
    with pytest.raises(BadUsage, match=f"^{message}$"):
        predict(*options.pop("files", ["a.txt"]), **options)


def test_without_ray(predict, monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(BadUsage, match=r"^--workers needs Ray: pip install 'gated\[ray\]'$"):
        predict("a.txt")
