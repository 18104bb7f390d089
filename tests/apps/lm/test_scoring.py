"""log P of texts: the chain rule, a token at a time."""

import functools
import json
import math
import shutil

import numpy as np
import pytest
from keras import ops

from apps.lm.model.scores import score
from gated.compiling import predicting
from gated.text.codec import EOS
from tests.apps.commands import killed_and_gone_on
from tests.apps.lm.conftest import NAMES, TEXT
from tests.apps.lm.texts import encoded, stream

_call = functools.cache(predicting)


def one_at_a_time(language_model, ids):
    """Log P of each token, each from a call of the Keras model on the one before it."""
    states, token, found = language_model.first_states(1), language_model.codec.eos, []
    for i in ids:
        logits, *states = _call(language_model.model)(ops.array([[token]]), *states)
        found.append(float(ops.log_softmax(logits[0, 0])[i]))
        token = int(i)
    return np.array(found)


@pytest.fixture(scope="module")
def ids(language_model):
    """A text longer than the windows in which it is read."""
    codec = language_model.codec
    ids = codec.ids(stream(codec, TEXT.split("\n")))[:300]
    assert len(ids) == 300
    return ids


def test_text(language_model, ids):
    expected = one_at_a_time(language_model, ids)
    np.testing.assert_allclose(language_model.score_text(ids), expected, atol=1e-5)
    assert expected.std() > 0.1  # tokens differ, and so would those of another place


def test_pieces_side_by_side(language_model, ids):
    """The second piece begins with zero states after the last token of the first."""
    found = language_model.score_text(ids[:21], streams=2)
    whole = language_model.score_text(ids[:21])
    after = language_model.score_text(np.concatenate([[language_model.codec.eos], ids[11:21]]))
    assert len(found) == 21
    np.testing.assert_allclose(found[:11], whole[:11], atol=1e-5)
    x = ops.array([ids[10:20]])
    expected, _ = language_model.log_probabilities(
        x, ops.array([ids[11:21]]), language_model.first_states(1)
    )
    np.testing.assert_allclose(found[11:], expected[0], atol=1e-5)
    assert abs(found[11:] - after[1:]).max() > 1e-5


def test_items(language_model):
    """More than a batch of them, of many lengths, in the order in which they came."""
    codec = language_model.codec
    items = [codec.ids([*("the rain " * 5)[: i * 7 % 41], EOS]) for i in range(70)]
    found = list(language_model.score_items(items))
    assert [len(one) for one in found] == [len(item) for item in items]
    for i in (0, 1, 33, 64, 69):
        np.testing.assert_allclose(found[i], one_at_a_time(language_model, items[i]), atol=1e-5)


@pytest.mark.slow
def test_long_items_among_short_ones(language_model, ids, monkeypatch):
    """However long one is, a batch of windows is read at once, and what has ended no more."""
    read = []

    def spy(x, y, states):
        read.append(tuple(x.shape))
        return whole(x, y, states)

    whole = language_model._score
    monkeypatch.setattr(language_model, "_score", spy)
    items = [ids[:5], np.tile(ids, 4)[:1000], ids[:256], ids[:257], ids[:1]]
    found = list(language_model.score_items(items))
    assert read == [(64, 256), (2, 256), (1, 256), (1, 256)]
    for one, item in zip(found, items, strict=True):
        np.testing.assert_allclose(one, one_at_a_time(language_model, item), atol=2e-5)


def test_no_items(language_model):
    assert list(language_model.score_items([])) == []


@pytest.mark.parametrize("items", [False, True])
def test_metrics(language_model, items):
    codec = language_model.codec
    lines = ["the rain", "", "?zq é"]
    tokens = stream(codec, lines)
    metrics = score(language_model, encoded(lines), items)
    assert metrics["tokens"] == sum(map(len, lines)) + 3
    assert metrics["unknown"] == 3
    parts = [stream(codec, [line]) for line in lines] if items else [tokens]
    total = sum(one_at_a_time(language_model, codec.ids(part)).sum() for part in parts)
    nats = -total / metrics["tokens"]
    assert metrics["nats_per_token"] == pytest.approx(nats, abs=1e-5)
    assert metrics["perplexity"] == pytest.approx(math.exp(nats), rel=1e-4)
    assert metrics["bits_per_character"] == pytest.approx(nats / math.log(2), abs=1e-5)


def test_evaluate_again(command, run, tmp_path):
    own = shutil.copytree(run, tmp_path / "run")
    before = (own / "metrics.json").read_bytes()
    (own / "metrics.json").unlink()
    result = command("evaluate", "--run", own, "--json")
    assert (result.status, result.err) == (0, "")
    metrics = json.loads((own / "metrics.json").read_text(encoding="utf-8"))
    trained = json.loads(before)
    assert trained.pop("valid_loss") == pytest.approx(metrics["nats_per_token"], abs=1e-5)
    assert json.loads(result.lines[-1]) == metrics == trained


def test_evaluate_a_file(command, runs, tmp_path):
    own = shutil.copytree(runs["names"], tmp_path / "run")
    corpus = tmp_path / "x.txt"
    corpus.write_text(NAMES, encoding="utf-8")
    result = command("evaluate", "--run", own, "--corpus", corpus)
    metrics = json.loads((own / "metrics.json").read_text(encoding="utf-8"))
    assert metrics["set"] == str(corpus)
    assert metrics["tokens"] == len(NAMES)
    # Without --json the table is all there is.
    assert f"{metrics['nats_per_token']:.4f}" in result.out
    assert "{" not in result.out


def scored(command, run, *arguments):
    result = command("score", "--run", run, "--format", "json", *arguments)
    assert (result.status, result.err) == (0, "")
    return [json.loads(line) for line in result.lines]


def test_score(command, run, language_model):
    texts = ["rain on the sea", "", "é the"]
    found = scored(command, run, *texts)
    assert [one["text"] for one in found] == texts
    for one, text in zip(found, texts, strict=True):
        assert one["tokens"] == [*text, EOS]
        expected = one_at_a_time(language_model, language_model.codec.ids(one["tokens"]))
        np.testing.assert_allclose(one["token_log_p"], expected, atol=1e-5)
        assert one["log_p"] == pytest.approx(expected.sum(), abs=1e-4)


def test_json_and_files(command, run, tmp_path):
    """Of what came in JSON the other keys are passed on."""
    rows = [{"id": 7, "text": "the sea"}, {"text": "rain", "source": "é"}]
    (tmp_path / "x.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    (tmp_path / "y.txt").write_text("the inn\n")
    out = tmp_path / "out.jsonl"
    files = ["--file", tmp_path / "x.jsonl", tmp_path / "y.txt"]
    assert scored(command, run, *files, "--out", out) == []
    found = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    expected = scored(command, run, "the sea", "rain", "the inn")
    assert found == [{**one, **row} for one, row in zip(expected, [*rows, {}], strict=True)]
    assert scored(command, run, *files, "--next", 1)[0]["id"] == 7


def test_the_likeliest_comes_first(command, run, tmp_path):
    texts = ["zqzqzq", "the", "the sea"]
    likely = sorted(scored(command, run, *texts), key=lambda one: -one["log_p"])
    (tmp_path / "x.txt").write_text("".join(f"{text}\r\n" for text in texts))
    result = command("score", "--run", run, "--file", tmp_path / "x.txt")
    assert result.lines == [f"{one['log_p']:10.3f}  {one['text']}" for one in likely]


def test_next(command, run, language_model):
    """P over all tokens; that of each is what score gives to the text that goes on with it."""
    found = scored(command, run, "--next", 1000, "the se")
    assert sum(one["p"] for one in found) == pytest.approx(1, abs=1e-5)
    assert {one["next"] for one in found} == set(language_model.codec.vocabulary.tokens)
    p = [one["p"] for one in found]
    assert p == sorted(p, reverse=True)
    p = {one["next"]: one["p"] for one in found}
    for token, text in (("a", "the sea"), (EOS, "the se"), ("<UNK>", "the seé")):
        (one,) = scored(command, run, text)
        assert one["token_log_p"][6] == pytest.approx(math.log(p[token]), abs=1e-5)


@pytest.mark.slow
def test_next_after_a_long_text(language_model, ids):
    codec = language_model.codec
    text = codec.join([codec.vocabulary.tokens[i] for i in np.tile(ids, 2)[:600]])
    text = text.replace("\n", " ")
    for token, p in language_model.next_tokens(text, 3):
        *_, last = one_at_a_time(language_model, codec.ids([*text, token]))
        assert p == pytest.approx(math.exp(last), rel=1e-4)


def test_page(command, run):
    page = command("score", "--run", run, "--format", "html", "a <b> & c", "sea").out
    assert page.count('class="sentence"') == 2
    assert "&lt;" in page and "&amp;" in page
    assert "<b>" not in page
    (one,) = scored(command, run, "sea")
    assert f"log P = {one['log_p']:.3f} nats" in page
    assert f"{-one['token_log_p'][0] / math.log(2):.2f} bits, probability" in page


@pytest.mark.slow
def test_a_killed_command_goes_on(run, tmp_path):
    lines = [f"{text} {i}" for i in range(2000) for text in ("the rain", "a ship", "", "é")]
    _, written, found = killed_and_gone_on("lm", "score", run, "json", lines, tmp_path)
    assert found.startswith(written)
    assert [json.loads(line)["text"] for line in found.splitlines()] == lines
