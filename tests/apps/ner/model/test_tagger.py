"""From raw text to tags, entities and probabilities."""

import math

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import example, given, settings
from hypothesis import strategies as st

from apps.ner.config import Config
from apps.ner.model.graph import TaggerGraph
from apps.ner.model.network import build_model
from apps.ner.model.tagger import Tagger
from apps.ner.reading import conll, sets
from apps.ner.reading.schemes import spans
from gated.text.sentences import split_sentences

WORDS = [
    "Mary",
    "Shelley",
    "met",
    "Joan",
    "in",
    "Venice",
    ". ",
    "The",
    "\n\n",
    "👍🏽",
    "東京。",
    '."',
]
texts = st.text(max_size=60) | st.lists(st.sampled_from(WORDS), max_size=25).map(" ".join)
LONG = "Mary Shelley met Joan in Venice. Dr. J. Smith left! " * 40 + "Mary and Joan " * 250


@pytest.fixture(scope="module")
def independent(tagger):
    """A tagger without a CRF, as it is before training."""
    sizes = {"units": 4, "vector_size": 4, "character_size": 4, "character_units": 4}
    return Tagger(tagger.encoder, build_model(tagger.encoder, Config(crf=False, **sizes)))


@pytest.fixture(scope="module")
def corpus():
    sentences = conll.read(sets.EMBEDDED / "train.conll")[:60]
    return [" ".join(one.tokens) for one in sentences]


def tag(tagger, *texts, **options):
    return list(tagger.tag_texts(texts, **options))


def test_entities_stand_where_they_say(tagger, independent):
    @given(st.lists(texts, max_size=4))
    @example(
        [
            "",
            " \u00a0",
            "\x00",
            "a\x00b\r\nc",
            "x" * 10_000,
            "e\u0301 🇫🇷 👩\u200d👧",
            "مريم في لندن.",
        ]
    )
    @settings(deadline=None, max_examples=30)
    def check(texts):
        for one in (tagger, independent):
            found = tag(one, *texts)
            assert [tagged.text for tagged in found] == texts
            for tagged in found:
                for entity in tagged.entities:
                    assert tagged.text[entity.start : entity.end] == entity.text != ""
                    assert entity.type in tagger.types
                    assert 0 <= entity.probability <= 1
                for sentence in tagged.sentences:
                    words = [tagged.text[start:end] for start, end in sentence.offsets]
                    assert sentence.tokens == words
                    (best,) = sentence.taggings
                    assert len(spans(best.tags)) == len(best.entities)

    check()


def test_a_text_is_its_sentences_one_by_one(tagger, corpus):
    text = " ".join(corpus) + "\n\n" + LONG
    tokens, _, _ = split_sentences(tf.constant([text]))
    rows = [[token.decode() for token in row] for row in tokens.to_list()[0]]
    assert len(rows) > 100
    alone = [tagger.tag_sentences([row])[0] for row in rows]
    (found,) = tag(tagger, text)
    assert [one.tokens for one in found.sentences] == rows
    assert [one.taggings[0].tags for one in found.sentences] == alone
    assert tagger.tag_sentences(rows) == alone
    assert found.entities


def test_the_graph_and_the_batches_agree(tagger, corpus):
    texts = ["", *corpus, LONG, " "]
    found = TaggerGraph(tagger).tag_text(tf.constant(texts))
    graph = {name: value.numpy() for name, value in found.items()}
    for i, tagged in enumerate(tag(tagger, *texts)):
        tokens = [token for one in tagged.sentences for token in one.tokens]
        count = len(tokens)
        assert [token.decode() for token in graph["tokens"][i, :count]] == tokens
        tags = [one for sentence in tagged.sentences for one in sentence.taggings[0].tags]
        assert [one.decode() for one in graph["tags"][i, :count]] == tags
        p = [one for sentence in tagged.sentences for one in sentence.probabilities]
        assert graph["probabilities"][i, :count] == pytest.approx(p, abs=1e-5)
        offsets = [one for sentence in tagged.sentences for one in sentence.offsets]
        assert graph["offsets"][i, :count].tolist() == offsets
        numbers = [j for j, one in enumerate(tagged.sentences) for _ in one.tokens]
        assert graph["sentences"][i, :count].tolist() == numbers
        assert (graph["sentences"][i, count:] == -1).all()
        assert (graph["tags"][i, count:] == b"").all()


@pytest.mark.slow
def test_few_tokens_at_once_give_the_same(tagger, corpus, monkeypatch):
    texts = [*corpus, LONG[:500]]
    expected = tag(tagger, *texts)
    for module in ("tagger", "graph"):
        monkeypatch.setattr(f"apps.ner.model.{module}.TOKENS", 64)
    monkeypatch.setattr("gated.reading.files._TEXTS", 7)
    careful = Tagger(tagger.encoder, tagger.model)
    for one, other in zip(tag(careful, *texts), expected, strict=True):
        assert [e[:4] for e in one.entities] == [e[:4] for e in other.entities]
        for entity, same in zip(one.entities, other.entities, strict=True):
            assert entity.probability == pytest.approx(same.probability, abs=1e-5)
    whole, parts = (
        TaggerGraph(each).tag_text(tf.constant(texts))["tags"].numpy() for each in (tagger, careful)
    )
    assert (whole == parts).all()


def test_texts_are_read_when_they_are_needed(tagger, monkeypatch):
    monkeypatch.setattr("gated.reading.files._TEXTS", 3)
    read = []
    found = tagger.tag_texts(read.append(i) or f"Mary {i}" for i in range(100))
    next(found)
    assert read == [0, 1, 2]


@pytest.mark.parametrize("text", ["Mary", "Mary Shelley", "in Venice ."])
def test_an_entity_is_as_likely_as_all_taggings_that_have_it(tagger, text):
    (tagged,) = tag(tagger, text, k=6000)
    (sentence,) = tagged.sentences
    total, by_entity = 0.0, {}
    for tagging in sentence.taggings:
        total += tagging.probability
        for entity in tagging.entities:
            by_entity.setdefault(entity, []).append(tagging.probability)
    # Of all entities that can stand in it, each with its type and place.
    n = len(sentence.tokens)
    assert len(by_entity) == n * (n + 1) // 2 * len(tagger.types)
    assert total == pytest.approx(1, abs=1e-4)
    for entity, probabilities in by_entity.items():
        assert entity.probability == pytest.approx(math.fsum(probabilities), abs=1e-4)
    assert [t.probability for t in sentence.taggings] == sorted(
        (t.probability for t in sentence.taggings), reverse=True
    )
    assert len({tuple(t.tags) for t in sentence.taggings}) == len(sentence.taggings)


def test_without_a_crf_it_is_the_product_of_its_tokens(independent, corpus):
    assert independent.crf.scheme is None
    number = 0
    for tagged in tag(independent, *corpus):
        for sentence in tagged.sentences:
            (tagging,) = sentence.taggings
            for span, entity in zip(spans(tagging.tags), tagging.entities, strict=True):
                expected = np.prod(sentence.probabilities[span.start : span.end])
                assert entity.probability == pytest.approx(expected, rel=1e-5)
                number += 1
    assert number > 10


def test_the_best_of_k_is_the_best(tagger, corpus):
    for one, several in zip(tag(tagger, *corpus), tag(tagger, *corpus, k=4), strict=True):
        for alone, sentence in zip(one.sentences, several.sentences, strict=True):
            assert len(sentence.taggings) == 4
            assert sentence.taggings[0].tags == alone.taggings[0].tags


def test_threshold(tagger, corpus):
    every = [entity for one in tag(tagger, *corpus) for entity in one.entities]
    middle = float(np.median([entity.probability for entity in every]))
    found = tag(tagger, *corpus, threshold=middle)
    kept = [entity for one in found for entity in one.entities]
    assert [e[:4] for e in kept] == [e[:4] for e in every if e.probability >= middle]
    assert 0 < len(kept) < len(every)
    for one in found:
        for sentence in one.sentences:
            (tagging,) = sentence.taggings
            assert len(spans(tagging.tags)) == len(tagging.entities)
