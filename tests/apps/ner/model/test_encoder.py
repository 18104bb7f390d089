"""Numbers for sentences: the same in training and in the export."""

import re

import numpy as np
import pytest
import tensorflow as tf

from apps.ner.config import Config
from apps.ner.model.batches import Batches
from apps.ner.model.encoder import Encoded, Encoder
from apps.ner.model.graph import TaggerGraph
from apps.ner.model.network import build_model
from apps.ner.model.tagger import Tagger
from apps.ner.reading import conll, sets
from apps.ner.reading.conll import Sentence
from apps.ner.reading.schemes import to_iobes
from gated.text.casing import casing
from gated.text.spelled import LONGEST_TOKEN
from gated.training.batches import places


@pytest.fixture(scope="module")
def sentences():
    return conll.read(sets.EMBEDDED / "valid.conll")


@pytest.fixture(scope="module")
def encoder(sentences):
    return Encoder.of(sentences)


def inputs(encoder, sentences):
    lengths = np.array([len(one) for one in sentences], int)
    tokens = Encoded(encoder, [token for one in sentences for token in one])
    return tokens.inputs(places(np.cumsum(lengths) - lengths, lengths))


def expected(encoder, tokens):
    """The ids, looked up in lists."""

    def look_up(vocabulary, token):
        return vocabulary.tokens.index(token) if token in vocabulary.tokens else 1

    words = [look_up(encoder.words, re.sub(r"\d", "0", token.lower())) for token in tokens]
    return words, [[look_up(encoder.characters, c) for c in t[:LONGEST_TOKEN]] for t in tokens]


def test_vocabularies(encoder):
    types = ("LOC", "MISC", "ORG", "PER")
    assert encoder.tags == ["O"] + [f"{p}-{t}" for t in types for p in "BIES"]
    assert encoder.bio2_tags == ["O"] + [f"{p}-{t}" for t in types for p in "BIIB"]
    assert min(encoder.characters.counts.values()) == 2
    assert min(encoder.words.counts.values()) == 1


def test_tags_of_types_that_only_begin():
    encoder = Encoder.of([Sentence(("a", "b"), ("B-x-y", "O"))])
    assert encoder.tags == ["O", "B-x-y", "I-x-y", "E-x-y", "S-x-y"]


def test_save_and_load(encoder, tmp_path):
    encoder.save(tmp_path)
    loaded = Encoder.load(tmp_path)
    assert loaded.words.counts == encoder.words.counts
    assert loaded.characters.counts == encoder.characters.counts
    assert loaded.tags == encoder.tags
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "characters.txt",
        "tags.txt",
        "words.txt",
    ]


def test_ids(encoder):
    tokens = ["The", "THE", "Vienna", "1987", "2024", "Zzyzx", "Ünïcödé", "😀", "a" * 99, "x-1"]
    words, characters, patterns = (one[0].tolist() for one in inputs(encoder, [tokens]))
    spelled = [[one for one in word if one] for word in characters]
    assert (words, spelled) == expected(encoder, tokens)
    assert words[0] == words[1] > 1
    assert words[3] == words[4]
    assert words[5] == 1
    assert patterns == list(map(casing, tokens))


def test_ids_of_training_are_those_of_the_export(encoder, sentences):
    some = [["İ", "ΑΣ", "ΑΣα", "٣4", "a\nB"], [], *(one.tokens for one in sentences)]
    graph = TaggerGraph(Tagger(encoder, build_model(encoder, Config(units=2))))
    ragged = tf.ragged.constant(some, dtype=tf.string, ragged_rank=1)
    for found, one in zip(graph.inputs(ragged), inputs(encoder, some), strict=True):
        assert found.numpy().tolist() == one.tolist()


def test_batches_hold_every_sentence_once_with_its_ids(encoder, sentences):
    def of_batches(data):
        found = []
        for i in range(len(data)):
            inputs, tags = data[i]
            for words, characters, patterns, row in zip(*inputs, tags, strict=True):
                length = np.count_nonzero(words)
                spelled = tuple(tuple(word[word != 0].tolist()) for word in characters[:length])
                assert not words[length:].any() and not characters[length:].any()
                assert not patterns[length:].any()
                known = (words, patterns, row)
                found.append((*(tuple(one[:length].tolist()) for one in known), spelled))
        data.on_epoch_end()
        return found

    def of_sentence(sentence):
        words, characters = expected(encoder, sentence.tokens)
        tags = [encoder.tags.index(tag) for tag in to_iobes(sentence.tags)]
        patterns = map(casing, sentence.tokens)
        return tuple(words), tuple(patterns), tuple(tags), tuple(map(tuple, characters))

    config = Config(batch_size=8)
    data = Batches(encoder, sentences, config)
    epochs = [of_batches(data) for _ in range(2)]
    assert len(data) == 14
    assert sorted(epochs[0]) == sorted(epochs[1]) == sorted(map(of_sentence, sentences))
    assert epochs[0] != epochs[1]
    assert epochs[0] == of_batches(Batches(encoder, sentences, config))


@pytest.mark.parametrize(
    ("tokens", "shape"),
    [
        ([], (0, 1, 1)),
        ([[]], (1, 1, 1)),
        ([[], []], (2, 1, 1)),
        ([["ab"], []], (2, 1, 2)),
        ([["a" * 99], ["b", "c"]], (2, 2, LONGEST_TOKEN)),
    ],
)
def test_padding(encoder, tokens, shape):
    words, characters, patterns = inputs(encoder, tokens)
    assert (words.shape, characters.shape) == (shape[:2], shape)
    assert patterns.shape == words.shape
    assert np.array_equal(words != 0, patterns != 0)
    assert np.count_nonzero(words) == sum(map(len, tokens))
