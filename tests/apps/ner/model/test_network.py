"""The network: what is padded does not matter, and what is saved comes back."""

import keras
import numpy as np
import pytest

from apps.ner.config import Config
from apps.ner.model.encoder import Encoder
from apps.ner.model.network import build_model
from apps.ner.reading import conll
from gated.layers import CRFLoss
from gated.text.casing import PATTERNS
from gated.text.vocabulary import Vocabulary

SMALL = {"units": 6, "vector_size": 5, "character_size": 4, "character_units": 3}
LAYERS = [
    {},
    {"peepholes": "yes"},
    {"layer": "gru"},
    {"layer": "simple-rnn"},
    {"depth": 2},
    {"character_units": 0, "casing_size": 0},
    {"crf": False},
]


@pytest.fixture(scope="module")
def encoder():
    return Encoder(
        Vocabulary.of("aabbcde"), Vocabulary.of("abc"), ["O", "B-X", "I-X", "E-X", "S-X"]
    )


def inputs(batch, length, characters, padding=0):
    """Random ids; `padding` more words and characters of padding at the end."""
    rng = np.random.default_rng(1)
    words = rng.integers(1, 7, (batch, length))
    spelling = rng.integers(1, 5, (batch, length, characters))
    casing = rng.integers(1, 1 + len(PATTERNS), words.shape)
    return [
        np.pad(words, [(0, 0), (0, padding)]),
        np.pad(spelling, [(0, 0), (0, padding), (0, padding)]),
        np.pad(casing, [(0, 0), (0, padding)]),
    ]


@pytest.mark.parametrize("options", LAYERS, ids=str)
def test_padding_changes_nothing(encoder, options):
    model = build_model(encoder, Config(**(SMALL | options)))
    plain = np.array(model(inputs(3, 5, 4)))
    padded = np.array(model(inputs(3, 5, 4, padding=7)))
    np.testing.assert_allclose(padded[:, :5], plain, rtol=1e-5, atol=1e-6)
    assert plain.shape == (3, 5, 5)


def test_padding_does_not_count_in_the_loss(encoder):
    model = build_model(encoder, Config(**SMALL))
    model.compile(loss=CRFLoss())
    tags = np.array([[0, 1, 2, 3, 0], [4, 4, 0, 1, 3], [0, 0, 0, 0, 4]])
    plain = model.evaluate(inputs(3, 5, 4), tags, verbose=0)
    padded = model.evaluate(inputs(3, 5, 4, padding=7), np.pad(tags, [(0, 0), (0, 7)]), verbose=0)
    assert padded == pytest.approx(plain, rel=1e-5)


@pytest.mark.parametrize("options", LAYERS, ids=str)
def test_save_and_load(encoder, options, tmp_path):
    model = build_model(encoder, Config(**(SMALL | options)))
    model.save(tmp_path / "x.keras")
    loaded = keras.models.load_model(tmp_path / "x.keras")
    np.testing.assert_allclose(
        loaded(inputs(2, 4, 3, padding=1)), model(inputs(2, 4, 3, padding=1)), rtol=1e-5
    )


def test_the_whole_sentence_and_every_character_count(encoder):
    model = build_model(encoder, Config(**SMALL))
    words, characters, casing = inputs(1, 5, 4)
    before = np.array(model([words, characters, casing]))
    for array, place in (
        (words, (0, 4)),
        (words, (0, 0)),
        (characters, (0, 4, 3)),
        (casing, (0, 2)),
    ):
        old = array[place]
        array[place] = old % 4 + 1
        after = np.array(model([words, characters, casing]))
        array[place] = old
        # Bidirectional: a change at one end is felt at the other.
        assert (np.abs(after - before).max(axis=-1) > 1e-7).all()


def test_no_words_at_all(encoder):
    model = build_model(encoder, Config(**SMALL))
    words, characters = np.zeros((2, 1), "int32"), np.zeros((2, 1, 1), "int32")
    assert np.isfinite(model([words, characters, words])).all()


def test_without_transitions_each_tag_is_for_itself(encoder):
    """Then it is a softmax, by Keras's own loss."""
    model = build_model(encoder, Config(**SMALL, crf=False))
    model.compile(loss=CRFLoss())
    tags = np.random.default_rng(2).integers(0, 5, (3, 5))
    x = inputs(3, 5, 4)
    scores = model(x)
    softmax = keras.losses.SparseCategoricalCrossentropy(from_logits=True, reduction="sum")
    loss = model.evaluate(x, tags, verbose=0)
    assert 3 * loss == pytest.approx(float(softmax(tags, scores)), rel=1e-5)
    crf = model.get_layer("crf")
    assert not crf.trainable_weights
    np.testing.assert_array_equal(crf.viterbi(scores)[0], np.argmax(scores, axis=-1))


def test_alone_as_in_a_batch(tagger, tiny):
    sentences = [one.tokens for one in conll.read(tiny)]
    together = tagger.tag_sentences(sentences)
    assert together == [tagger.tag_sentences([one])[0] for one in sentences]
    assert [len(tags) for tags in together] == [len(one) for one in sentences]
    assert len({tag for tags in together for tag in tags}) > 3


def test_text_as_tokens(tagger, tiny):
    sentences = [one.tokens for one in conll.read(tiny)]
    found = list(tagger.tag_texts(" ".join(one) for one in sentences))
    # None of these is split in two.
    assert [tuple(one.tokens) for text in found for one in text.sentences] == sentences
    assert [one.taggings[0].tags for text in found for one in text.sentences] == (
        tagger.tag_sentences(sentences)
    )
