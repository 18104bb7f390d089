"""The commands that read a run folder."""

import json
import shutil

import numpy as np
import pytest

from tests.apps.commands import goes_on
from tests.apps.sentiment.conftest import rows

TEXT = "a splendid <garden>, truly"


@pytest.fixture
def copy(run, tmp_path):
    return shutil.copytree(run, tmp_path / "run")


def test_evaluate_again(command, copy):
    expected = json.loads((copy / "metrics.json").read_text())
    del expected["valid_loss"]  # that of the training
    (copy / "metrics.json").unlink()
    (copy / "confusion.svg").unlink()
    result = command("evaluate", "--run", copy, "--json")
    assert (result.status, result.err) == (0, "")
    assert json.loads((copy / "metrics.json").read_text()) == expected
    assert json.loads(result.lines[-1]) == expected
    assert "<svg" in (copy / "confusion.svg").read_text(encoding="utf-8")


def test_the_most_confident_mistakes(command, copy, tmp_path):
    corpus = tmp_path / "x.csv"
    wrong = [f'"{text}",{"bad" if label == "good" else "good"}\n' for text, label in rows()[:20]]
    corpus.write_text("text,label\n" + "".join(wrong))
    result = command("evaluate", "--run", copy, "--corpus", corpus, "--mistakes", 3)
    metrics = json.loads((copy / "metrics.json").read_text())
    assert metrics["accuracy"] < 0.3
    found = [one["probability"] for one in metrics["mistakes"]]
    assert len(found) == 3
    assert found == sorted(found, reverse=True)
    for one in metrics["mistakes"]:
        assert f'"{one["text"]}",{one["true"]}\n' in wrong
        assert one["predicted"] != one["true"]
        assert f"{one['probability']:.3f}" in result.out and one["text"] in result.out


@pytest.mark.slow
def test_folds(command, copy):
    before = {path: path.read_bytes() for path in copy.iterdir() if path.is_file()}
    result = command("evaluate", "--run", copy, "--folds", 3, "--json")
    assert (result.status, result.err) == (0, "")
    summary = json.loads(result.lines[-1])
    found = [
        float(line.split()[3].rstrip(",")) for line in result.lines if line.startswith("fold ")
    ]
    assert summary["folds"] == len(found) == 3
    assert summary["accuracy"] == pytest.approx(np.mean(found), abs=1e-4)
    assert summary["accuracy_deviation"] == pytest.approx(np.std(found, ddof=1), abs=1e-4)
    assert {path: path.read_bytes() for path in copy.iterdir() if path.is_file()} == before


def predicted(command, run, *arguments):
    result = command("predict", "--run", run, "--format", "json", *arguments)
    assert result.status == 0, result.err
    return [json.loads(line) for line in result.lines], result.err


def test_predict(command, run, classifier, tmp_path):
    texts = ["I loved the soup", "I hated the soup", "zzz " * 50, "é"]
    found, err = predicted(command, run, *texts)
    assert err == ""
    assert [one["text"] for one in found] == texts
    assert [one["label"] for one in found[:2]] == ["good", "bad"]
    expected = classifier.predict(texts)
    for one, p in zip(found, expected, strict=True):
        assert list(one["probabilities"]) == ["bad", "good", "so-so"]
        np.testing.assert_allclose(list(one["probabilities"].values()), p, atol=1e-6)
    (tmp_path / "x.txt").write_text("".join(f"{text}\r\n" for text in texts))
    assert predicted(command, run, "--file", tmp_path / "x.txt") == (found, "")


def test_several_files_and_what_comes_with_the_texts(command, run, tmp_path):
    (tmp_path / "a.txt").write_text("I loved the soup\n")
    (tmp_path / "b.jsonl").write_text('{"id": 7, "text": "I hated\\nthe soup", "label": "good"}\n')
    out = tmp_path / "out.jsonl"
    files = ["--file", tmp_path / "a.txt", tmp_path / "b.jsonl"]
    assert predicted(command, run, *files, "--out", out) == ([], "")
    found = [json.loads(line) for line in out.read_text().splitlines()]
    assert [one["label"] for one in found] == ["good", "bad"]
    assert list(found[0]) == ["text", "label", "probabilities"]
    assert (found[1]["id"], found[1]["text"]) == (7, "I hated\nthe soup")


def test_an_empty_text_has_a_class_and_a_warning(command, run):
    found, err = predicted(command, run, "fine", "", "  ")
    assert len(found) == 3
    assert found[1]["probabilities"] == found[2]["probabilities"]
    assert err == "warning: 2 empty text(s), predicted from no words\n"
    explained, _ = predicted(command, run, "--explain", "")
    assert explained[0]["words"] == []


def test_explains_a_few_words_at_a_time(classifier, monkeypatch):
    once = classifier.explain(TEXT)
    monkeypatch.setattr("apps.sentiment.model.classifier._WITHOUT", 20)
    again = classifier.explain(TEXT)
    assert again.probabilities == pytest.approx(once.probabilities, abs=1e-6)
    assert [word.word for word in again.words] == [word.word for word in once.words]
    found, expected = ([word.contribution for word in one.words] for one in (again, once))
    assert found == pytest.approx(expected, abs=1e-4)


def test_explain(command, run, classifier):
    """Against the probabilities of the text without each word."""
    ((found,), _) = (predicted(command, run, "--explain", TEXT)[0], None)
    assert "".join(word["word"] for word in found["words"]) == TEXT.replace(" ", "")
    for word in found["words"]:
        assert TEXT[word["start"] : word["end"]] == word["word"]
        without = TEXT[: word["start"]] + " " + TEXT[word["end"] :]
        best = list(found["probabilities"]).index(found["label"])
        p, q = classifier.predict([TEXT, without])[:, best].astype("float64")
        difference = np.log(p / (1 - p)) - np.log(q / (1 - q))
        assert word["contribution"] == pytest.approx(difference, abs=1e-4)
    most = max(found["words"], key=lambda word: word["contribution"])
    assert most["word"] in ("splendid", "truly")


def test_page(command, run):
    page = command("predict", "--run", run, "--format", "html", TEXT, "bad & <b>").out
    assert page.count("<article>") == 2
    assert "&lt;" in page and "&amp;" in page and "<b>" not in page
    assert page.count("<tr") == 6


def test_terminal(command, run):
    (line,) = command("predict", "--run", run, "I loved the soup").lines
    label, p, *text = line.split()
    assert (label, " ".join(text)) == ("good", "I loved the soup")
    assert 0.34 <= float(p) <= 1


@pytest.mark.parametrize(
    ("module", "arguments", "problem"),
    [
        ("predict", ["x", "--file", "x.txt"], "give texts or --file, not both"),
        ("evaluate", ["--folds", "2"], "--folds: expected at least 3"),
        ("evaluate", ["--mistakes", "-1"], "--mistakes -1: expected at least 0"),
    ],
)
def test_bad_usage(command, run, module, arguments, problem):
    result = command(module, "--run", run, *arguments)
    assert (result.status, result.out) == (2, "")
    assert result.err.startswith(f"error: {problem}")
    assert result.err.count("\n") == 1


def test_damaged_runs(command, copy):
    (copy / "labels.txt").write_text("one\n")
    result = command("predict", "--run", copy, "x")
    assert result.status == 1
    assert "its vocabularies are not those of its model" in result.err
    (copy / "labels.txt").unlink()
    result = command("predict", "--run", copy, "x")
    assert (result.status, result.err.count("\n")) == (1, 1)
    (copy / "config.json").write_text("{}")
    for module in ("evaluate", "predict", "export"):
        result = command(module, "--run", copy, *(["x"] if module == "predict" else []))
        assert (result.status, result.err.count("\n")) == (1, 1)


def test_a_class_never_seen(command, copy, tmp_path):
    (tmp_path / "x.csv").write_text("text,label\nfine,good\nfine,wonderful\n")
    result = command("evaluate", "--run", copy, "--corpus", tmp_path / "x.csv")
    assert result.status == 1
    assert "the class wonderful, which no training text has" in result.err


def test_going_on(command, run, tmp_path):
    goes_on(command, run, tmp_path, ["Not bad at all.", "", "Zürich is bad."])
