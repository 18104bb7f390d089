"""The export: TensorFlow alone reads it, and it gives what the commands give."""

import json
import os
import shutil
import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf
from tensorflow.core.protobuf.saved_model_pb2 import SavedModel

from apps.lm.config import Config
from apps.lm.model.endpoints import Endpoints
from apps.lm.model.language_model import LanguageModel, Settings
from apps.lm.model.network import build_model
from gated.text.codec import EOS, Codec
from gated.text.vocabulary import UNKNOWN, Vocabulary
from tests.layers.graphs import compilations, operations

TEXTS = ["The rain came in from the sea.", "", "?", "é the Ω東", "the 👍🏽 sea", "a\tb\nc"]
# length, temperature, top-k, top-p, seed
SETTINGS = [(80, 1.0, 0, 1.0, 7), (80, 0.7, 5, 0.9, 2**40), (30, 0.0, 0, 1.0, 0)]

# It gets nothing of ours: no path, no module, no vocabulary. TensorFlow imports Keras by itself
# where it finds it; here it finds none.
CLIENT = """
import json, sys
sys.modules.update({"keras": None, "gated": None, "apps": None})
import tensorflow as tf

given = json.load(sys.stdin)
signatures = tf.saved_model.load("model").signatures

def plain(value):
    return json.loads(json.dumps(value.numpy().tolist(), default=bytes.decode))

def call(name, **options):
    return {key: plain(value) for key, value in signatures[name](**options).items()}

def texts(some):
    return tf.constant(some, tf.string)

def generate(length, temperature, top_k, top_p, seed, prompt=given["texts"]):
    return call(
        "generate", prompt=texts(prompt), length=tf.constant(length),
        temperature=tf.constant(temperature, tf.float32), top_k=tf.constant(top_k),
        top_p=tf.constant(top_p, tf.float32), seed=tf.constant(seed, tf.int64),
    )["text"]

def chain(ids):
    states = {
        name: tf.zeros([2, *spec.shape[1:]])
        for name, spec in signatures["step"].structured_input_signature[1].items()
        if name != "token"
    }
    rows = []
    for i in ids:
        found = dict(signatures["step"](token=tf.constant([i, i]), **states))
        rows.append(plain(tf.nn.log_softmax(found.pop("logits"))[1]))
        states = found
    return rows

print(json.dumps({
    "batch": call("score", text=texts(given["texts"])),
    "default": call("serving_default", text=texts(given["texts"])),
    "alone": [call("score", text=texts([text])) for text in given["texts"]],
    "next": call("next", text=texts(given["texts"])),
    "generated": [generate(*settings) for settings in given["settings"]],
    "chain": chain(given["ids"]),
    "none": [call("score", text=texts([]))["log_p"], generate(5, 1.0, 0, 1.0, 0, [])],
    "modules": [name for name, module in sys.modules.items() if module],
}))
"""


@pytest.fixture(scope="module")
def exported(run, command, tmp_path_factory):
    """A copy of the export that lies elsewhere."""
    own = shutil.copytree(run, tmp_path_factory.mktemp("export") / "run")
    result = command("export", "--run", own)
    assert result.status == 0, result.err
    return shutil.move(own / "export" / "1", tmp_path_factory.mktemp("elsewhere") / "model")


@pytest.fixture(scope="module")
def ids(language_model):
    """What the model reads when it scores the first text."""
    codec = language_model.codec
    return [codec.eos, *codec.ids(TEXTS[0]).tolist()]


@pytest.fixture(scope="module")
def served(exported, ids):
    """What the client got."""
    result = subprocess.run(
        [sys.executable, "-c", CLIENT],
        cwd=exported.parent,
        env={k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "KERAS"))},
        input=json.dumps({"texts": TEXTS, "settings": SETTINGS, "ids": ids}),
        capture_output=True,
        encoding="utf-8",
    )
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def test_client_has_tensorflow_alone(served):
    packages = {name.partition(".")[0] for name in served["modules"]}
    assert "tensorflow" in packages
    assert not {"gated", "apps", "keras"} & packages


def test_nothing_to_compile_on_a_request(exported):
    model = SavedModel.FromString((exported / "saved_model.pb").read_bytes())
    (graph,) = model.meta_graphs
    assert {"MatMul", "While"} <= operations(graph.graph_def)
    assert compilations(graph.graph_def) == 0


def trimmed(found, row):
    """Log P, and the tokens with theirs, after a check that the rest is padding."""
    tokens, log_p = found["tokens"][row], found["token_log_p"][row]
    count = tokens.index(EOS) + 1
    assert set(tokens[count:]) <= {""} and not any(log_p[count:])
    return found["log_p"][row], tokens[:count], log_p[:count]


def test_score(served, language_model):
    assert served["default"] == served["batch"]
    for row, (tokens, log_p) in enumerate(language_model.score_lines(TEXTS)):
        for found in (trimmed(served["batch"], row), trimmed(served["alone"][row], 0)):
            assert found[0] == pytest.approx(log_p.sum(), abs=1e-4)
            assert found[1] == tokens
            np.testing.assert_allclose(found[2], log_p, atol=1e-5)


def test_next(served, language_model):
    for row, text in enumerate(TEXTS):
        p = dict(language_model.next_tokens(text, 1000))
        tokens, found = (served["next"][name][row] for name in ("tokens", "probabilities"))
        assert found == sorted(found, reverse=True)
        np.testing.assert_allclose(found, [p.pop(token) for token in tokens], atol=1e-5)
        assert not p


def test_generate(served, language_model):
    """Text i is sample i of the seed, after its own prompt."""
    for settings, texts in zip(SETTINGS, served["generated"], strict=True):
        length, temperature, top_k, top_p, seed = settings
        for i, (prompt, text) in enumerate(zip(TEXTS, texts, strict=True)):
            parts = language_model.sample(
                Settings(prompt, len(TEXTS), length, 1, temperature, top_k, top_p, seed)
            )
            new = [token for part in parts for token in part[i] if token != EOS]
            assert text == prompt + "".join(new)
            assert new or temperature


def test_steps_one_after_the_other(served, language_model, ids):
    (_, log_p), *_ = language_model.score_lines(TEXTS[:1])
    after = [*ids[1:], language_model.codec.eos]
    found = [row[i] for row, i in zip(served["chain"], after, strict=True)]
    np.testing.assert_allclose(found, log_p, atol=1e-5)


def test_no_texts(served):
    assert served["none"] == [[], []]


def test_texts_longer_than_a_window(language_model):
    """Those that end in the first window, with it, and after it."""
    texts = [("The rain came in from the sea. " * 30)[:n] for n in (700, 255, 256, 3, 257)]
    endpoints, codec = Endpoints(language_model), language_model.codec
    found = tf.function(endpoints.score)(tf.constant(texts))
    scored = tf.function(endpoints.next)(tf.constant(texts))
    for row, (text, (_, log_p)) in enumerate(
        zip(texts, language_model.score_lines(texts), strict=True)
    ):
        np.testing.assert_allclose(found["token_log_p"][row, : len(log_p)], log_p, atol=1e-5)
        likeliest = language_model.next_tokens(text, 1000)
        (new,) = language_model.sample(Settings(text, 1, 8, 8, 0.0, 0, 1.0, 0))
        prompt = tf.constant([text])
        written = endpoints.generate(prompt, 8, 0.0, 0, 1.0, 0)["text"].numpy()[0].decode()
        assert (text + codec.join(new[0])).startswith(written)
        assert scored["tokens"][row, 0].numpy().decode() == likeliest[0][0]
        np.testing.assert_allclose(
            scored["probabilities"][row], [p for _, p in likeliest], atol=1e-5
        )


@pytest.mark.parametrize("lower, tokenized", [(False, True), (True, False)])
def test_words(lower, tokenized):
    """White space, marks, case and <unk> are what they were in training."""
    tokens = ["the", "The", "école", "sat", "￭.", "<￭", "￭>", EOS]
    codec = Codec(Vocabulary.of(tokens), "word", lower, tokenized)
    language_model = LanguageModel(codec, build_model(len(codec), Config(units=4, dropout=0)))
    texts = [
        " The  the\tsat ",
        "a\u00a0the\u2028sat\u0085the\x1cThe\u3000sat",
        "ÉCOLE <unk> x",
        "sat.",
        "",
    ]
    endpoints = Endpoints(language_model)
    found = endpoints.score(tf.constant(texts))
    for row, (tokens, log_p) in enumerate(language_model.score_lines(texts)):
        count = len(tokens)
        assert [token.decode() for token in found["tokens"][row].numpy()[:count]] == tokens
        np.testing.assert_allclose(found["token_log_p"][row, :count], log_p, atol=1e-5)
        assert not found["token_log_p"][row, count:].numpy().any()
    options = dict(length=6, temperature=1.0, top_k=0, top_p=1.0, seed=5)
    (text,) = endpoints.generate(tf.constant(["the  <unk>"]), **options)["text"].numpy()
    parts = language_model.sample(Settings("the  <unk>", 1, lines=1, **options))
    new = [token for (part,) in parts for token in part]
    before = ["the", UNKNOWN] if tokenized else ["the", "<￭", "unk", "￭>"]
    assert text.decode() == codec.join([*before, *new]).removesuffix("\n")
