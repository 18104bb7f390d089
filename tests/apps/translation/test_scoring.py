"""Translations that are given: ranked, and as a page."""

import json

import pytest

SOURCE = "The red dog sees the old cat."
GIVEN = [
    (SOURCE, "Le chien rouge voit le vieux chat."),
    (SOURCE, "Le chien rouge voit le chat vieux."),
    (SOURCE, "Le chien."),
    ("The cat.", "Le chat."),
    (SOURCE, "Le chat."),
]


@pytest.fixture
def pairs(tmp_path):
    path = tmp_path / "pairs.tsv"
    path.write_text("".join(f"{source}\t{target}\n" for source, target in GIVEN))
    return path


def test_rank(command, run, pairs):
    """Those of a source that follow one another, by log P or by what is normalised."""
    given = ["score", "--run", run, "--corpus", pairs]
    plain = [json.loads(line) for line in command(*given, "--format", "json").lines]
    assert [(one["source"], one["target"]) for one in plain] == GIVEN
    for one in plain:
        assert one["score"] == pytest.approx(one["log_p"] / ((5 + len(one["tokens"])) / 6))
    for options, key in (([], "score"), (["--alpha", 0], "log_p")):
        expected = [*sorted(plain[:3], key=lambda one: -one[key]), *plain[3:]]
        assert expected[0]["target"] == GIVEN[1][1]
        lines = command(*given, "--rank", *options).lines
        assert lines == [
            "\t".join([f"{one[key]:.3f}", f"{one['log_p']:.3f}", one["source"], one["target"]])
            for one in expected
        ]
        ranked = command(*given, "--rank", *options, "--format", "json").lines
        assert [json.loads(line)["target"] for line in ranked] == [
            one["target"] for one in expected
        ]


def test_page(command, run, pairs, tmp_path):
    """An article a source, with all that are given."""
    out = tmp_path / "page.html"
    given = ["--run", run, "--corpus", pairs, "--format", "html"]
    assert command("score", *given, "--out", out).status == 0
    html = out.read_text(encoding="utf-8")
    assert (html.count("<article>"), html.count("<table")) == (3, 5)
    result = command("predict", "--run", run, "--format", "html", "--best", 2, SOURCE)
    assert (result.out.count("<article>"), result.out.count("<table")) == (1, 2)
