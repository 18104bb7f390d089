"""Export with more words than those of the training sentences."""

import dataclasses
import json
import shutil

import numpy as np
import pytest

from apps.ner.config import Config
from gated.runs.folder import RunFolder

KNOWN, TWICE, NEW = "Mary", "Zyzzyva1", "zyzzyva0"
SENTENCE = ["Mary", "met", "Joan", "."]


def write(path, width):
    rng = np.random.default_rng(1)
    words = [KNOWN, "plugh", TWICE, NEW, "xyzzy"]
    lines = (" ".join([word, *map(str, rng.normal(size=width).round(3))]) for word in words)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def table(tagger):
    return tagger.model.get_layer("word_vectors").get_weights()[0]


def test_widen(tagger, tmp_path):
    from apps.ner.model.vectors import widen

    before = table(tagger)
    path = write(tmp_path / "vectors.txt", before.shape[1])
    wider = widen(tagger, path, 4)
    assert wider.encoder.words.tokens[len(before) :] == ["plugh", NEW]
    np.testing.assert_array_equal(table(wider)[: len(before)], before)
    last = path.read_text().splitlines()[3].split(" ")
    np.testing.assert_allclose(table(wider)[-1], [float(number) for number in last[1:]], rtol=1e-6)
    assert table(tagger) is not table(wider) and len(table(tagger)) == len(before)


def test_texts_without_new_words_are_tagged_as_before(tagger, tmp_path):
    import tensorflow as tf

    from apps.ner.model.graph import TaggerGraph
    from apps.ner.model.vectors import widen

    wider = widen(tagger, write(tmp_path / "vectors.txt", table(tagger).shape[1]), 5)
    old, new = (
        TaggerGraph(one).tag_tokens(tf.ragged.constant([SENTENCE])) for one in (tagger, wider)
    )
    for a, b in zip(old, new, strict=True):
        assert a.to_list() == b.to_list()
    # And a new word is another one than before.
    old, new = (
        TaggerGraph(one).tag_tokens(tf.ragged.constant([["plugh"]])) for one in (tagger, wider)
    )
    assert old[1].to_list() != new[1].to_list()


@pytest.fixture
def with_vectors(run, tmp_path):
    """A copy of the run that claims to have been trained with vectors."""
    own = shutil.copytree(run, tmp_path / "run", ignore=shutil.ignore_patterns("export"))
    config = json.loads((own / "config.json").read_text())
    (own / "config.json").write_text(json.dumps({**config, "vectors": "vectors.txt"}))
    assert RunFolder(own).load_config(Config) != dataclasses.replace(Config(), run=own)
    return own


@pytest.mark.slow
def test_export(with_vectors, command, tagger, tmp_path):
    import tensorflow as tf

    from apps.ner.model.graph import TaggerGraph
    from apps.ner.model.vectors import widen

    path = write(tmp_path / "vectors.txt", table(tagger).shape[1])
    result = command("export", "--run", with_vectors, "--vectors", path, "--widen", 5)
    assert (result.status, result.err) == (0, "")
    assert "3 new words have a vector" in result.out
    model = tf.saved_model.load(with_vectors / "export" / "1")
    found = model.signatures["tag_tokens"](tokens=tf.constant([["plugh"]]))["probabilities"]
    _, expected = TaggerGraph(widen(tagger, path, 5)).tag_tokens(tf.ragged.constant([["plugh"]]))
    np.testing.assert_allclose(found, expected.to_tensor(), atol=1e-6)


@pytest.mark.parametrize(
    "options, status, message",
    [
        (["--widen", "5"], 2, "go together"),
        (["--vectors", "vectors.txt"], 2, "go together"),
        (["--vectors", "vectors.txt", "--widen", "0"], 2, "--widen 0: expected at least 1"),
        (["--vectors", "missing.txt", "--widen", "5"], 1, "missing.txt"),
        (["--vectors", "vectors.txt", "--widen", "5"], 1, "vectors of 3 numbers, expected 16"),
    ],
)
def test_errors(options, status, message, with_vectors, command, tmp_path, monkeypatch):
    write(tmp_path / "vectors.txt", 3)
    monkeypatch.chdir(tmp_path)
    result = command("export", "--run", with_vectors, *options)
    assert (result.status, result.err.count("\n")) == (status, 1)
    assert message in result.err


def test_a_run_without_vectors(run, command, tmp_path):
    path = write(tmp_path / "vectors.txt", 16)
    result = command("export", "--run", run, "--vectors", path, "--widen", 5)
    assert (result.status, result.err.count("\n")) == (2, 1)
    assert "without --vectors" in result.err
