"""Numbers for sentences: the same in training and in the export."""

import re

import numpy as np
import pytest
import tensorflow as tf

from apps.ner import conll, data
from apps.ner.conll import Sentence
from apps.ner.encoder import Encoder
from apps.ner.fitting import batches
from gated.text.spelled import LONGEST_TOKEN, pad
from gated.text.tokenizer import tokenize


@pytest.fixture(scope="module")
def sentences():
    return conll.read(data.EMBEDDED / "valid.conll")


@pytest.fixture(scope="module")
def encoder(sentences):
    return Encoder.of(sentences)


def ids(encoder, tokens):
    words, characters = encoder.ids(tf.ragged.constant(tokens, dtype=tf.string, ragged_rank=1))
    return words.to_list(), characters.to_list()


def expected(encoder, tokens):
    """The ids, looked up in lists."""

    def look_up(vocabulary, token):
        return vocabulary.tokens.index(token) if token in vocabulary.tokens else 1

    words = [look_up(encoder.words, re.sub(r"\d", "0", token.lower())) for token in tokens]
    return words, [[look_up(encoder.characters, c) for c in t[:LONGEST_TOKEN]] for t in tokens]


def test_vocabularies(encoder):
    assert encoder.tags == ["O"] + [f"{p}-{t}" for t in ("LOC", "MISC", "ORG", "PER") for p in "BI"]
    assert min(encoder.characters.counts.values()) == 2
    assert min(encoder.words.counts.values()) == 1


def test_tags_of_types_that_only_begin():
    encoder = Encoder.of([Sentence(("a", "b"), ("B-x-y", "O"))])
    assert encoder.tags == ["O", "B-x-y", "I-x-y"]


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
    assert ids(encoder, [tokens]) == tuple([one] for one in expected(encoder, tokens))
    words = expected(encoder, tokens)[0]
    assert words[0] == words[1] > 1
    assert words[3] == words[4]
    assert words[5] == 1


def test_ids_of_training_are_those_of_the_export(encoder, sentences):
    from_text = encoder.ids(tokenize(tf.constant([" ".join(one.tokens) for one in sentences]))[0])
    assert ids(encoder, [one.tokens for one in sentences]) == tuple(
        ragged.to_list() for ragged in from_text
    )


def test_batches_hold_every_sentence_once_with_its_ids(encoder, sentences):
    def of_batches(epoch):
        for (words, characters), tags in epoch:
            for row in zip(words.numpy(), characters.numpy(), tags.numpy(), strict=True):
                length = int((row[0] != 0).sum())
                spelled = tuple(tuple(word[word != 0].tolist()) for word in row[1][:length])
                assert not row[0][length:].any() and not row[1][length:].any()
                yield tuple(row[0][:length].tolist()), spelled, tuple(row[2][:length].tolist())

    def of_sentence(sentence):
        words, characters = expected(encoder, sentence.tokens)
        tags = tuple(encoder.tags.index(tag) for tag in sentence.tags)
        return tuple(words), tuple(map(tuple, characters)), tags

    dataset = batches(encoder, sentences, 8, seed=1)
    epochs = [list(of_batches(dataset)) for _ in range(2)]
    assert len(dataset) == 14
    assert sorted(epochs[0]) == sorted(epochs[1]) == sorted(map(of_sentence, sentences))
    assert epochs[0] != epochs[1]
    assert epochs[0] == list(of_batches(batches(encoder, sentences, 8, seed=1)))


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
    ragged = tf.ragged.constant(tokens, dtype=tf.string, ragged_rank=1)
    words, characters = pad(*encoder.ids(ragged))
    assert (tuple(words.shape), tuple(characters.shape)) == (shape[:2], shape)
    assert np.count_nonzero(words) == sum(map(len, tokens))
