"""The commands that read a run folder."""

import io
import json
import os
import shutil
import subprocess
import sys
from types import SimpleNamespace

import pytest

from apps.ner.reading import conll
from apps.ner.reading.schemes import spans
from gated.commands.inputs import reading
from tests.apps.commands import goes_on, killed_and_gone_on

TEXT = "Mary Shelley met Joan\tin  Venice ."


@pytest.fixture
def copy(run, tmp_path):
    return shutil.copytree(run, tmp_path / "run", ignore=shutil.ignore_patterns("export", "logs"))


@pytest.fixture
def standard_input(monkeypatch):
    def feed(content):
        monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(content)))

    return feed


def rows(out):
    """The tokens and tags of the sentences that --format conll printed."""
    return [
        [tuple(line.split("\t")) for line in one.split("\n")]
        for one in out.removesuffix("\n\n").split("\n\n")
    ]


def test_evaluate_again(command, copy):
    before = json.loads((copy / "metrics.json").read_text(encoding="utf-8"))
    assert before.pop("valid_f1") == before["f1"]
    (copy / "metrics.json").unlink()
    result = command("evaluate", "--run", copy, "--json")
    assert (result.status, result.err) == (0, "")
    assert json.loads((copy / "metrics.json").read_text(encoding="utf-8")) == before
    assert json.loads(result.lines[-1]) == before


def test_evaluate_a_file(command, copy, tmp_path):
    corpus = tmp_path / "x.conll"
    corpus.write_text("Ada I-PER\nLovelace I-PER\n. O\n\nZürich I-CITY\n")
    result = command("evaluate", "--run", copy, "--corpus", corpus)
    metrics = json.loads((copy / "metrics.json").read_text(encoding="utf-8"))
    assert (metrics["set"], metrics["sentences"], metrics["support"]) == (str(corpus), 2, 2)
    assert set(metrics["types"]) >= {"PER", "CITY"}
    # Without --json the table is all there is.
    table = [line for line in result.lines if "overall" in line or "CITY" in line]
    assert len(table) == 2 + sum("CITY" in row.values() for row in metrics["confusions"])
    assert f"{metrics['precision']:.3f}" in table[1]
    assert "{" not in result.out


@pytest.mark.slow
def test_evaluate_counts_what_predict_finds(command, copy, tiny):
    sentences = conll.read(tiny)
    texts = [" ".join(one.tokens) for one in sentences]
    found = rows(command("predict", "--run", copy, "--format", "conll", *texts).out)
    right = total = 0
    for sentence, row in zip(sentences, found, strict=True):
        assert tuple(token for token, _ in row) == sentence.tokens
        predicted = set(spans([tag for _, tag in row]))
        right += len(predicted & set(spans(sentence.tags)))
        total += len(predicted)
    metrics = json.loads(command("evaluate", "--run", copy, "--json").lines[-1])
    assert metrics["precision"] == pytest.approx(right / total)
    assert metrics["recall"] == pytest.approx(right / metrics["support"])


def test_predict_json(command, run):
    result = command("predict", "--run", run, "--format", "json", TEXT, "👍🏽 Mary", "東京")
    assert (result.status, result.err) == (0, "")
    found = [json.loads(line) for line in result.lines]
    assert [one["text"] for one in found] == [TEXT, "👍🏽 Mary", "東京"]
    assert found[0]["entities"]
    tags = rows(command("predict", "--run", run, "--format", "conll", TEXT).out)[0]
    assert len(found[0]["entities"]) == len(spans([tag for _, tag in tags]))
    for one in found:
        for entity in one["entities"]:
            assert set(entity) == {"text", "type", "start", "end", "probability"}
            assert one["text"][entity["start"] : entity["end"]] == entity["text"]


def test_predict_text(command, run):
    found = json.loads(command("predict", "--run", run, "--format", "json", TEXT).out)
    expected, last = "", 0
    for entity in found["entities"]:
        expected += TEXT[last : entity["start"]] + f"[{entity['text']} {entity['type']}]"
        last = entity["end"]
    expected += TEXT[last:]
    # rich shows a tab as blanks.
    assert command("predict", "--run", run, TEXT).out.split() == expected.split()


@pytest.mark.parametrize("way", ["arguments", "file", "standard input"])
def test_ways_to_give_sentences(command, run, tmp_path, standard_input, way):
    lines = ["Mary met Joan .", "", "a\u00a0b\u0085c", "  ", "x " * 300 + "end", *["Venice"] * 70]
    content = "".join(f"{line}\r\n" for line in lines)
    arguments = {"arguments": lines, "file": ["--file", tmp_path / "x.txt"], "standard input": []}
    (tmp_path / "x.txt").write_bytes(content.encode())
    standard_input(content.encode())
    result = command("predict", "--run", run, "--format", "conll", *arguments[way])
    found = [[token for token, _ in row] for row in rows(result.out)]
    assert found == [
        ["Mary", "met", "Joan", "."],
        ["a", "b", "c"],
        # More than 200 tokens are cut.
        ["x"] * 151,
        ["x"] * 149 + ["end"],
        *[["Venice"]] * 70,
    ]


def test_several_files(command, run, tmp_path):
    (tmp_path / "a.txt").write_text("Mary met Joan.\r\n\nVenice", encoding="utf-8")
    (tmp_path / "b.jsonl").write_text(
        '{"id": 7, "text": "Joan left.\\n\\nMary"}\n \n{"text": ""}\n'
    )
    result = command(
        "predict", "--run", run, "--format", "json", "--file", *sorted(tmp_path.iterdir())
    )
    assert (result.status, result.err) == (0, "")
    found = [json.loads(line) for line in result.lines]
    for one in found:
        assert isinstance(one.pop("entities"), list)
    assert found == [
        {"text": "Mary met Joan."},
        {"text": ""},
        {"text": "Venice"},
        {"id": 7, "text": "Joan left.\n\nMary"},
        {"text": ""},
    ]


def test_json_lines_from_standard_input(command, run, standard_input):
    fields = {"text": "Mary 👍🏽 met Joan.", "é": [1, {"x": None}], "entities": "old"}
    standard_input(json.dumps(fields).encode())
    result = command("predict", "--run", run, "--input", "json", "--format", "json")
    found = json.loads(result.out)
    (alone,) = (
        json.loads(line)
        for line in command("predict", "--run", run, "--format", "json", fields["text"]).lines
    )
    assert found == {**fields, "entities": alone["entities"]}


def test_json_that_is_text(command, run):
    result = command("predict", "--run", run, "--format", "json", '{"text": "Mary"}')
    assert json.loads(result.out)["text"] == '{"text": "Mary"}'


def test_k_best(command, run):
    text = "Mary met Joan. Zyzzyva\tin Venice!"
    arguments = ["predict", "--run", run, "--k-best", 3, text, ""]
    found, empty = (json.loads(line) for line in command(*arguments, "--format", "json").lines)
    assert empty == {"text": "", "entities": [], "sentences": []}
    places = [(one["start"], one["end"]) for one in found["sentences"]]
    assert [text[start:end] for start, end in places] == ["Mary met Joan.", "Zyzzyva\tin Venice!"]
    best = [entity for one in found["sentences"] for entity in one["taggings"][0]["entities"]]
    assert found["entities"] == best
    blocks = command(*arguments).out.removesuffix("\n\n").split("\n\n")
    for one, block in zip(found["sentences"], blocks, strict=True):
        p = [tagging["probability"] for tagging in one["taggings"]]
        assert p == sorted(p, reverse=True)
        assert 0 < sum(p) <= 1
        for tagging, line in zip(one["taggings"], block.split("\n"), strict=True):
            assert float(line.split()[0]) == pytest.approx(tagging["probability"], abs=1e-4)
            assert line.count("[") == len(tagging["entities"])


@pytest.mark.slow
def test_threshold(command, run):
    every = json.loads(command("predict", "--run", run, "--format", "json", TEXT).out)["entities"]
    highest = max(entity["probability"] for entity in every)
    arguments = ["predict", "--run", run, TEXT, "--threshold", highest - 1e-5]
    found = json.loads(command(*arguments, "--format", "json").out)["entities"]
    assert found == [one for one in every if one["probability"] >= highest - 1e-5] != []
    (row,) = rows(command(*arguments, "--format", "conll").out)
    assert len(spans([tag for _, tag in row])) == len(found)


def test_page(command, run):
    found = json.loads(command("predict", "--run", run, "--format", "json", TEXT).out)
    page = command("predict", "--run", run, "--format", "html", TEXT, "<b>").out
    assert page.startswith("<!doctype html>") and page.endswith("</html>\n")
    for entity in found["entities"]:
        assert f'data-note="probability {entity["probability"]:.3f}">{entity["text"]}<' in page
    assert "&lt;b&gt;</p>" in page


@pytest.mark.parametrize("format", ["text", "conll", "json", "html"])
def test_odd_texts(command, run, format):
    texts = [
        "",
        " \u00a0 ",
        "x" * 10_000,
        "a\x00b",
        "👩\u200d👧 e\u0301",
        "مريم في لندن.",
        "a\r\n\r\nb",
        "[",
    ]
    result = command(
        "predict",
        "--run",
        run,
        "--format",
        format,
        "--input",
        "json",
        *(json.dumps({"text": text}) for text in texts),
    )
    assert (result.status, result.err) == (0, "")


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(
    ("err", "out", "file", "shown"),
    [
        (Terminal, io.StringIO, True, True),
        (Terminal, io.StringIO, False, False),
        (Terminal, Terminal, True, False),
        (io.StringIO, io.StringIO, True, False),
    ],
)
def test_progress(monkeypatch, tmp_path, err, out, file, shown):
    path = tmp_path / "x.txt"
    path.write_bytes(b"x" * 1000)
    monkeypatch.setattr(sys, "stderr", err())
    monkeypatch.setattr(sys, "stdout", out())
    monkeypatch.setenv("TERM", "xterm")
    with reading([path] if file else []) as advance:
        print("found")
        advance(1000)
    assert sys.stdout.getvalue() == "found\n"
    assert ("1.0/1.0 kB" in sys.stderr.getvalue()) == shown


def test_nothing_to_tag(command, run, standard_input):
    standard_input(b"")
    assert vars(command("predict", "--run", run)) == {"status": 0, "out": "", "err": ""}


@pytest.mark.parametrize("module", ["train", "evaluate", "predict", "export", "serve"])
def test_help_needs_no_tensorflow(module):
    result = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", f"apps.ner.{module}", "--help"],
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert result.returncode == 0
    assert "--help" in result.stdout
    imported = {line.rpartition("|")[2].strip() for line in result.stderr.splitlines()}
    assert f"apps.ner.{module}" in result.stderr or "apps.ner" in imported
    assert "tyro" in imported
    assert not imported & {"tensorflow", "keras", "tensorflow_datasets"}


def test_going_on(command, run, tmp_path):
    goes_on(command, run, tmp_path, ["Mary Shelley met Joan.", "", "Venice, again."])


@pytest.mark.slow
def test_a_killed_command_goes_on(run, tmp_path):
    texts = ["Mary Shelley met Joan {}. She left Venice {}. Why?", "", "Joan {} met Mary"]
    lines = [text.format(i, i) for i in range(1500) for text in texts]
    whole, _, found = killed_and_gone_on("ner", "predict", run, "conll", lines, tmp_path)
    assert found == whole
