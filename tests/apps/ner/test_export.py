"""The export: TensorFlow alone reads it, and it tags as predict does."""

import base64
import json
import os
import shutil
import subprocess
import sys

import pytest

from apps.ner import conll, data

# It gets nothing of ours: no path, no module, no vocabulary. TensorFlow imports Keras by itself
# where it finds it; here it finds none.
CLIENT = """
import base64, json, sys
sys.modules.update({"keras": None, "gated": None, "apps": None})
import tensorflow as tf

texts = [base64.b64decode(text) for text in json.load(sys.stdin)]
model = tf.saved_model.load(sys.argv[1])
tag = model.signatures["serving_default"]

def call(texts):
    found = tag(text=tf.constant(texts, tf.string))
    return {
        "tokens": [[token.decode() for token in row] for row in found["tokens"].numpy()],
        "tags": [[tag.decode() for tag in row] for row in found["tags"].numpy()],
        "offsets": found["offsets"].numpy().tolist(),
    }

signature = tag.structured_input_signature[1]
print(json.dumps({
    "signature": {name: str(spec) for name, spec in signature.items()},
    "batch": call(texts),
    "alone": [call([text]) for text in texts],
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


def trimmed(found, row):
    """Token, tag and offsets of one text, after a check that the rest is padding."""
    cells = zip(*(found[key][row] for key in ("tokens", "tags", "offsets")), strict=True)
    cells = [(token, tag, tuple(offsets)) for token, tag, offsets in cells]
    count = sum(token != "" for token, _, _ in cells)
    assert cells[count:] == [("", "", (-1, -1))] * (len(cells) - count)
    return cells[:count]


@pytest.fixture(scope="module")
def texts():
    sentences = [
        one.tokens
        for name in ("train", "test")
        for one in conll.read(data.EMBEDDED / f"{name}.conll")[:50]
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
    code = f"import sys; sys.argv = ['export', '--run', {str(own)!r}]; "
    code += "from apps.ner.export import *; run_command(export)"
    path = os.pathsep.join(sys.path)
    subprocess.run([sys.executable, "-c", code], check=True, env={**os.environ, "PYTHONPATH": path})
    shutil.move(own / "export" / "1", elsewhere / "model")
    shutil.rmtree(own)
    result = subprocess.run(
        [sys.executable, "-c", CLIENT, "model"],
        cwd=elsewhere,
        env=environment,
        input=json.dumps([base64.b64encode(text).decode() for text in texts]),
        capture_output=True,
        encoding="utf-8",
    )
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def test_client_has_tensorflow_alone(served):
    assert "tensorflow" in served["modules"]
    packages = {name.partition(".")[0] for name in served["modules"]}
    assert not {"gated", "apps", "keras"} & packages


def test_signature(served):
    assert served["signature"] == {
        "text": "TensorSpec(shape=(None,), dtype=tf.string, name='text')"
    }


def test_alone_as_in_a_batch(served, texts):
    assert len(texts) == 100
    batch = [trimmed(served["batch"], row) for row in range(100)]
    assert batch == [trimmed(one, 0) for one in served["alone"]]


def test_offsets(served, texts):
    for row, text in enumerate(texts):
        text = text.decode(errors="replace")
        for token, _, (start, end) in trimmed(served["batch"], row):
            assert text[start:end] == token


def test_tags_are_those_of_predict(served, texts, command, run, tmp_path, tagger):
    found = [trimmed(served["batch"], row) for row in range(100)]
    # predict skips what is blank, and takes lines that are UTF-8.
    given = [i for i, text in enumerate(texts) if found[i] and b"\n" not in text]
    path = tmp_path / "texts.txt"
    path.write_text("".join(f"{texts[i].decode(errors='replace')}\n" for i in given))
    result = command("predict", "--run", run, "--file", path, "--format", "conll")
    sentences = result.out.removesuffix("\n\n").split("\n\n")
    assert sentences == ["\n".join(f"{t}\t{g}" for t, g, _ in found[i]) for i in given]
    assert len(given) > 95
    assert len({tag for row in found for _, tag, _ in row}) > 3


def test_no_texts(run, tagger):
    import tensorflow as tf

    found = tagger.tag_text(tf.constant([], tf.string))
    assert {key: tuple(value.shape) for key, value in found.items()} == {
        "tokens": (0, 0),
        "tags": (0, 0),
        "offsets": (0, 0, 2),
    }


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
