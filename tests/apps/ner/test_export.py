"""The export: TensorFlow alone reads it, and it tags as predict does."""

import base64
import json
import os
import shutil
import subprocess
import sys

import pytest

from apps.ner.reading import conll, sets
from tests.apps.commands import call

# It gets nothing of ours: no path, no module, no vocabulary. TensorFlow imports Keras by itself
# where it finds it; here it finds none.
CLIENT = """
import base64, json, sys
sys.modules.update({"keras": None, "gated": None, "apps": None})
import tensorflow as tf

texts, tokens = json.load(sys.stdin)
texts = [base64.b64decode(text) for text in texts]
model = tf.saved_model.load(sys.argv[1])

def plain(value):
    value = value.numpy().tolist()
    decode = lambda x: x.decode() if isinstance(x, bytes) else x
    return tf.nest.map_structure(decode, value)

def call(name, **given):
    return {key: plain(value) for key, value in model.signatures[name](**given).items()}

def tag(texts):
    return call("serving_default", text=tf.constant(texts, tf.string))

def tag_tokens(rows):
    longest = max((len(row) for row in rows), default=0)
    rows = [row + [""] * (longest - len(row)) for row in rows]
    return call("tag_tokens", tokens=tf.constant(rows, tf.string, shape=(len(rows), longest)))

print(json.dumps({
    "signatures": {
        name: {key: str(spec) for key, spec in one.structured_input_signature[1].items()}
        for name, one in model.signatures.items()
    },
    "batch": tag(texts),
    "alone": [tag([text]) for text in texts],
    "none": tag([]),
    "tokens": tag_tokens(tokens),
    "no tokens": [tag_tokens([]), tag_tokens([[]]), tag_tokens([["", "Mary", "", "met"]])],
    "modules": [name for name, module in sys.modules.items() if module],
}))
"""

ODD = [
    b"",
    b"   \t ",
    "\u00a0".encode(),
    b"caf\xe9 in Venice",
    b"\xff\xfe",
    b"cut \xe2\x82",
    "Mary\u00a0Shelley\u00a0met Joan.".encode(),
    "Mary 👍🏽 met 👩\u200d👩\u200d👧 in 🇫🇷 😀😀".encode(),
    "Zyzzyva qwertz xyzzy plugh 東京 Ωμέγα".encode(),
    b"Mary met Joan in Venice . " * 60,
    b"www." + b"x" * 5000 + b".org",
    b"It's Dr. O'Brien's, don't you know?",
    "\u200b \ufe0f \ufeff x".encode(),
    b"a\x00b\x0bc\nd",
]

TOKENS = [["Mary", "Shelley", "met", "Joan", "in", "Venice", "."], ["Ωμέγα"], [], ["Joan", "d'Arc"]]


def trimmed(found, row):
    """Token, tag, offsets and sentence of one text, after a check that the rest is padding."""
    keys = ("tokens", "tags", "offsets", "sentences", "probabilities")
    cells = [list(cell) for cell in zip(*(found[key][row] for key in keys), strict=True)]
    count = sum(token != "" for token, *_ in cells)
    assert cells[count:] == [["", "", [-1, -1], -1, 0]] * (len(cells) - count)
    assert all(0 < p < 1 + 1e-5 for *_, p in cells[:count])
    return [cell[:-1] for cell in cells[:count]]


@pytest.fixture(scope="module")
def texts():
    sentences = [
        one.tokens
        for name in ("train", "test")
        for one in conll.read(sets.EMBEDDED / f"{name}.conll")[:50]
    ]
    usual = [" ".join(tokens).encode() for tokens in sentences[: 100 - len(ODD)]]
    # The odd ones between the others, so that padding is on all sides.
    return [text for pair in zip(usual, ODD, strict=False) for text in pair] + usual[len(ODD) :]


@pytest.fixture(scope="module")
def served(run, texts, tmp_path_factory):
    """What the client got, from a copy of the export that lies elsewhere."""
    own = shutil.copytree(run, tmp_path_factory.mktemp("export") / "run")
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "KERAS"))}
    assert call("ner", "export", "--run", own).status == 0
    shutil.move(own / "export" / "1", elsewhere / "model")
    shutil.rmtree(own)
    result = subprocess.run(
        [sys.executable, "-c", CLIENT, "model"],
        cwd=elsewhere,
        env=environment,
        input=json.dumps([[base64.b64encode(text).decode() for text in texts], TOKENS]),
        capture_output=True,
        encoding="utf-8",
    )
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def test_client_has_tensorflow_alone(served):
    assert "tensorflow" in served["modules"]
    packages = {name.partition(".")[0] for name in served["modules"]}
    assert not {"gated", "apps", "keras"} & packages


def test_signatures(served):
    text = {"text": "TensorSpec(shape=(None,), dtype=tf.string, name='text')"}
    tokens = {"tokens": "TensorSpec(shape=(None, None), dtype=tf.string, name='tokens')"}
    assert served["signatures"] == {"serving_default": text, "tag_text": text, "tag_tokens": tokens}


def test_alone_as_in_a_batch(served, texts):
    assert len(texts) == 100
    batch = [trimmed(served["batch"], row) for row in range(100)]
    assert batch == [trimmed(one, 0) for one in served["alone"]]


def test_offsets(served, texts):
    for row, text in enumerate(texts):
        text = text.decode(errors="replace")
        for token, _, (start, end), _ in trimmed(served["batch"], row):
            assert text[start:end] == token


def test_as_the_tagger_in_process(served, texts, tagger):
    found = tagger.tag_texts(text.decode(errors="replace") for text in texts)
    for row, one in enumerate(found):
        cells = [
            [token, tag, list(offsets), number]
            for number, sentence in enumerate(one.sentences)
            for token, tag, offsets in zip(
                sentence.tokens, sentence.taggings[0].tags, sentence.offsets, strict=True
            )
        ]
        assert trimmed(served["batch"], row) == cells
        expected = [p for sentence in one.sentences for p in sentence.probabilities]
        probabilities = served["batch"]["probabilities"][row][: len(cells)]
        assert probabilities == pytest.approx(expected, abs=1e-5)
    assert len({tag for row in served["batch"]["tags"] for tag in row}) > 3


def test_no_texts(served):
    assert served["none"] == {
        "tokens": [],
        "tags": [],
        "probabilities": [],
        "offsets": [],
        "sentences": [],
    }


def test_tokens(served, tagger):
    tags = tagger.tag_sentences(TOKENS)
    assert served["tokens"]["tags"] == [row + [""] * (7 - len(row)) for row in tags]
    for row, probabilities in zip(tags, served["tokens"]["probabilities"], strict=True):
        assert all(p > 0 for p in probabilities[: len(row)])
        assert probabilities[len(row) :] == [0] * (7 - len(row))


def test_tokens_that_are_not_there(served, tagger):
    none, empty, between = served["no tokens"]
    assert none == {"tags": [], "probabilities": []}
    assert empty == {"tags": [[]], "probabilities": [[]]}
    (first, second), p = *tagger.tag_sentences([["Mary", "met"]]), between["probabilities"][0]
    assert between["tags"] == [["", first, "", second]]
    assert p[0] == p[2] == 0 < min(p[1], p[3])


@pytest.mark.slow
def test_export_and_serve(command, run, tmp_path):
    own = shutil.copytree(run, tmp_path / "run", ignore=shutil.ignore_patterns("export"))
    for _ in range(2):  # the second export takes the place of the first
        result = command("export", "--run", own)
        assert (result.status, result.err) == (0, "")
        assert (own / "export" / "1" / "saved_model.pb").is_file()
    text = "Mary Shelley met Joan in Venice ."
    served = command("serve", "--export", own / "export" / "1", text)
    assert served.out == command("predict", "--run", own, text).out
    assert "[" in served.out
