"""Drawn translations: as likely as the model says, and of each text alone."""

import json
import math
from collections import Counter

import numpy as np
import pytest

from apps.translation.model.translator import MORE, RATIO
from apps.translation.options import Sampling, Search
from apps.translation.reading.pairs import Pair

TEXTS = ["The red dog sees the old cat.", "The zebra sees Plato 👍🏽!", "", "The cat."]


def test_temperature_0_takes_the_likeliest(translator):
    drawn = list(translator.translate(TEXTS, Sampling(temperature=0)))
    found = list(translator.translate(TEXTS, Search(1)))
    for (one,), (other,) in zip(drawn, found, strict=True):
        assert (one.tokens, one.source_tokens) == (other.tokens, other.source_tokens)
        assert one.log_p == pytest.approx(other.log_p, abs=1e-4)
        np.testing.assert_allclose(one.weights, other.weights, atol=1e-4)


@pytest.mark.slow
def test_samples_depend_on_the_text_and_the_seed_alone(translator):
    def texts(given, seed=7, best=4):
        drawn = translator.translate(given, Sampling(seed=seed), best)
        return [[one.text for one in found] for found in drawn]

    found = texts(TEXTS)
    assert len(set(found[1])) > 1 and found[2] == [""]
    assert texts(TEXTS[::-1])[::-1] == found
    assert [texts([text])[0] for text in TEXTS] == found
    assert texts(TEXTS, best=2) == [one[:2] for one in found]
    assert texts(TEXTS, seed=8) != found


def test_each_comes_as_often_as_it_is_likely(translator):
    """Of the distribution without `<UNK>` and the placeholders, for which there is nothing here."""
    count, source, target = 2000, translator.source, translator.target
    (found,) = translator.translate(["The cat."], Sampling(), count)
    (text, often), *_ = Counter(one.text for one in found).most_common()
    ids, _ = source.encode("The cat.")
    after = [*target.encode_target(text), target.eos]
    given = [[*ids, source.eos]], [[target.eos, *after[:-1]]]
    logits = np.array(translator.model([*map(np.array, given)], training=False)[0][0])
    logits[:, [0, target.unknown, *target.placeholders]] = -np.inf
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    p = np.prod((p / p.sum(axis=1, keepdims=True))[np.arange(len(after)), after])
    assert often / count == pytest.approx(p, abs=4 * math.sqrt(p * (1 - p) / count))


def test_top_k_1_takes_the_likeliest(translator):
    (narrow,) = translator.translate(["The cat."], Sampling(top_k=1, seed=3), 5)
    ((greedy,),) = translator.translate(["The cat."], Search(1))
    assert {one.text for one in narrow} == {greedy.text}


def test_log_p_is_that_of_score(translator):
    (found,) = translator.translate(["The cat."], Sampling(seed=2), 8)
    # One that was cut off has no `<EOS>`, which `score` counts.
    ended = [one for one in found if len(one.weights) > len(one.tokens)]
    assert len(ended) > 4
    pairs = [Pair("The cat.", one.text) for one in ended]
    for one, (_, scored, _) in zip(ended, translator.score_pairs(pairs), strict=True):
        assert scored.tokens == one.tokens
        assert one.log_p == pytest.approx(scored.log_p, abs=1e-3)
        np.testing.assert_allclose(one.weights, scored.weights, atol=1e-3)


def test_nothing_that_may_not_come_does(translator):
    """However strange: no `<UNK>`, no placeholder of nothing, and no more tokens than allowed."""
    texts = ["The zebra sees Plato.", "The cat."]
    cut_off = 0
    for found in translator.translate(texts, Sampling(temperature=20), 100):
        limit = RATIO * len(found[0].source_tokens) + MORE
        for one in found:
            assert "<UNK>" not in one.tokens and len(one.tokens) <= limit
            rows = min(limit, len(one.tokens) + 1)
            assert one.weights.shape == (rows, len(one.source_tokens) + 1)
            np.testing.assert_allclose(one.weights.sum(axis=1), 1, atol=1e-3)
            cut_off += len(one.tokens) == limit
    assert cut_off


def test_predict(command, run):
    given = ["predict", "--run", run, "--sample", "--seed", 5, "--best", 3]
    lines = command(*given, "--format", "json", *TEXTS[:2]).lines
    (one, other) = map(json.loads, lines)
    assert one["source_tokens"] == ["The", "red", "dog", "sees", "the", "old", "cat", "￭."]
    assert [len(found["translations"]) for found in (one, other)] == [3, 3]
    plain = command(*given, *TEXTS[:2]).lines
    for found, line in zip(one["translations"] + other["translations"], plain, strict=True):
        assert line == f"{found['log_p']:8.3f}  {found['text']}"


@pytest.mark.parametrize(
    ("options", "start"),
    [
        ("--sample --beams 2", "--sample searches for nothing"),
        ("--temperature 0.5", "--temperature, --top-k, --top-p and --seed go with --sample"),
        ("--sample --top-p 0", "--top-p 0.0: expected more than 0"),
        ("--alpha -1", "--alpha -1.0: expected at least 0"),
        ("--best 6", "--best 6: expected at most --beams, 5"),
    ],
)
def test_options_that_do_not_go_together(refuses, run, tmp_path, options, start):
    refuses(tmp_path, "predict", ["--run", run, *options.split(), "x"], 2, start)
