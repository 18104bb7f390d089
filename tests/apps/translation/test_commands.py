"""The commands: what is learned, that they agree, and that no text depends on the others."""

import json
import math

import numpy as np
import pytest

from tests.apps.commands import goes_on

TEXTS = ["The red dog sees the old cat.", "The black boat takes the white tree.", "", "The cat."]


def test_it_learns(run):
    metrics = json.loads((run / "metrics.json").read_text())
    assert metrics["set"] == "test"
    assert metrics["exact"] > 0.95 and metrics["bleu"] > 95 and metrics["perplexity"] < 1.5
    assert metrics["bleu_signature"].startswith("nrefs:1|")
    assert sum(row["sources"] for row in metrics["by_length"]) == metrics["sources"]


def test_predict(command, run):
    result = command("predict", "--run", run, *TEXTS)
    assert result.lines[:3] == [
        "Le chien rouge voit le chat vieux.",
        "Le bateau noir prend le arbre blanc.",
        "",
    ]
    assert len(result.lines) == 4


def test_a_text_does_not_depend_on_the_others(translator):
    from apps.translation.model.translator import Search

    for search in (Search(1), Search(4, 1.0, 0.2)):
        together = list(translator.translate(TEXTS, search, best=3))
        back = list(translator.translate(TEXTS[::-1], search, best=3))[::-1]
        for i, text in enumerate(TEXTS):
            (alone,) = translator.translate([text], search, best=3)
            for found in (together[i], back[i]):
                assert [one.text for one in found] == [one.text for one in alone]
                for one, other in zip(found, alone, strict=True):
                    assert one.log_p == pytest.approx(other.log_p, abs=1e-4)
                    np.testing.assert_allclose(one.weights, other.weights, atol=1e-4)


def test_score_gives_what_predict_gives(command, run, tmp_path):
    """Log P of the translations that are found; and what they look at sums to 1."""
    lines = command("predict", "--run", run, "--format", "json", "--best", 3, *TEXTS[:2]).lines
    pairs = tmp_path / "pairs.jsonl"
    objects = map(json.loads, lines)
    found = [(shown["text"], one) for shown in objects for one in shown["translations"]]
    assert len(found) == 6
    objects = ({"1": text, "2": one["text"]} for text, one in found)
    pairs.write_text("".join(json.dumps(one) + "\n" for one in objects))
    scored = command("score", "--run", run, "--corpus", pairs, "--format", "json").lines
    for (_, one), line in zip(found, scored, strict=True):
        scores = json.loads(line)
        assert scores["log_p"] == pytest.approx(one["log_p"], abs=1e-3)
        assert scores["tokens"] == [*one["tokens"], "<EOS>"]
        assert sum(scores["token_log_p"]) == pytest.approx(scores["log_p"], abs=1e-4)
        np.testing.assert_allclose(np.sum(one["attention"], axis=1), 1, atol=0.01)
        assert len(one["attention"]) == len(one["tokens"]) + 1


def test_wide_beams_find_no_worse_ones(translator):
    from apps.translation.model.translator import Search

    texts = ["The cat cat likes red.", "dog the black", "The white white white cat sees sees."]
    scores = []
    for beams in (1, 2, 8):
        found = translator.translate(texts, Search(beams, alpha=0.0))
        scores.append([one[0].log_p for one in found])
    assert np.mean(scores[2]) >= np.mean(scores[0]) - 1e-4
    assert not np.isnan(scores).any()


def test_going_on(command, run, tmp_path):
    goes_on(command, run, tmp_path, TEXTS[:2])


def test_evaluate(command, run, tmp_path):
    pairs = tmp_path / "pairs.tsv"
    pairs.write_text(
        "The red dog sees the old cat.\tUn chien.\n"
        "The red dog sees the old cat.\tLe chien rouge voit le chat vieux.\n"
    )
    kept = (run / "metrics.json").read_bytes()
    try:
        result = command("evaluate", "--run", run, "--corpus", pairs, "--json")
    finally:
        (run / "metrics.json").write_bytes(kept)
    metrics = json.loads(result.lines[-1])
    assert (metrics["pairs"], metrics["sources"]) == (2, 1)
    assert metrics["exact"] == 1 and metrics["bleu"] == pytest.approx(100)
    assert math.isfinite(metrics["perplexity"])
