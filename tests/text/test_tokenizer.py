"""The tokenizer: what its rules say, and that nothing is lost or moved."""

import unicodedata

import pytest
import tensorflow as tf
from hypothesis import example, given, settings
from hypothesis import strategies as st

from apps.ner.reading import conll, sets
from gated.text import tokenizer
from gated.text.tokenizer_graph import tokenize

# Half of the texts are made of what the rules look at, so that they meet often.
PIECES = [*"aéDsſnt'’.:;-&@#/_)( \u00a0\x85", "n't", "'s", "http://", "www.", "Dr.", "3.5"]
PIECES += ["❤", "\ufe0f", "\u200d", "👍🏽", "🇫🇷", "東", "\u0301", "\x00", "\n"]
# TensorFlow's tables are those of another version of Unicode: no characters but those of both.
characters = st.characters(exclude_categories=["Cs", "Cn", "Co"])
texts = st.text(characters, max_size=40) | st.lists(st.sampled_from(PIECES), max_size=20).map(
    "".join
)


def split(*texts):
    """A list of (token, start, end) for each text, the same in Python as in TensorFlow."""
    tokens, starts, ends = (ragged.to_list() for ragged in tokenize(tf.constant(texts, tf.string)))
    found = [
        [(token.decode(), *place) for token, *place in zip(*row, strict=True)]
        for row in zip(tokens, starts, ends, strict=True)
    ]
    for text, row in zip(texts, found, strict=True):
        words = tokenizer.tokenize(text)
        places = tokenizer.locate(tokenizer.blank(text), words)
        assert [(word, *place) for word, place in zip(words, places, strict=True)] == row
    return found


def words(text):
    return [token for token, _, _ in split(text)[0]]


def is_space(character):
    return character.isspace() or unicodedata.category(character) in {"Zs", "Zl", "Zp", "Cc"}


@given(texts)
@example("\ufeffA b")
@example("a\u0085b\u2028c\x1cd")
@example("👩\u200d👩\u200d👧 it's")
@settings(deadline=None)
def test_tokens_stand_where_the_offsets_say_and_nothing_else_is_lost(text):
    (found,) = split(text)
    last = 0
    for token, start, end in found:
        assert text[start:end] == token != ""
        assert all(is_space(character) for character in text[last:start])
        assert not any(is_space(character) for character in token)
        last = end
    assert all(is_space(character) for character in text[last:])


def test_every_character_is_the_same_in_tensorflow():
    categories = ((chr(code), unicodedata.category(chr(code))) for code in range(1, 0x110000))
    characters = [one for one, category in categories if category not in ("Cs", "Cn", "Co")]
    split(*(f"a{one}b {one}. 1{one}2 {one}'s{one} :{one}" for one in characters))


@given(st.lists(texts, max_size=6))
@settings(deadline=None, max_examples=50)
def test_a_batch_is_its_texts_one_by_one(batch):
    assert split(*batch) == [split(text)[0] for text in batch]


@given(texts, st.sampled_from(["  ", "\t", "\u00a0", " \r\n", "\u2028", "\x85", "\x00"]))
@settings(deadline=None, max_examples=50)
def test_white_space_is_all_one(text, space):
    assert words(text) == words(f"{space}{text.replace(' ', space)}{space}")


@pytest.mark.parametrize(
    "text",
    [
        # Blanks show where the text is split; the text itself is without those after a |.
        "Harry| , born in 1980| , met Dr. Granger| .",
        "it| 's Joan| 's| , we| 'll| , they| 're| , I| 'd| 've| , I| 'm",
        "do| n't ca| n't CA| N'T Wo| n’t it| ’s",
        "O'Brien O'Méara O'Dálaigh rock-n-roll l'été AT&T well-known",
        "3.5 1,200 10:30 24/7 3| . 50| % $| 5.50",
        "see https://x.org/a_b?c=d&e| . www.x.org/| , http://y| )",
        "mail a.b+c@d-e.co.uk| . @handle #tag_1 | # x",
        "U.N. a.m. U.S.| A Dr. Mr. Prof. St. Acme Inc.",
        "東| 京| タ| ワ| は",
        "👍🏽 ❤\ufe0f 👩\u200d👩\u200d👧 🇫🇷| 🇩🇪 😀| 😀",
        ":-) ;) :( :'( :D ;-P",
        "wait| ... no| -- yes| !| ?| “| quoted| ”",
        "e\u0301tude नमस्ते",
    ],
)
def test_rules(text):
    assert words(text.replace("| ", "")) == text.replace("|", "").split()


def test_bytes_that_are_not_utf8_become_replacement_characters():
    tokens, starts, ends = tokenize(tf.constant([b"caf\xe9 au", b"\xff", b"a \xe2\x82"]))
    assert [[token.decode() for token in row] for row in tokens.to_list()] == [
        ["caf", "\ufffd", "au"],
        ["\ufffd"],
        ["a", "\ufffd"],
    ]
    assert starts.to_list() == [[0, 3, 5], [0], [0, 2]]
    assert ends.to_list() == [[3, 4, 7], [1], [1, 3]]


@pytest.mark.parametrize("texts", [[], [""], ["", " \t\u00a0", ""]])
def test_no_tokens(texts):
    assert split(*texts) == [[] for _ in texts]


@pytest.mark.parametrize("name", ["train", "valid", "test"])
def test_embedded_corpus_is_tokenized_as_it_was_by_hand(name):
    sentences = [one.tokens for one in conll.read(sets.EMBEDDED / f"{name}.conll")]
    found = split(*(" ".join(tokens) for tokens in sentences))
    assert [tuple(token for token, _, _ in row) for row in found] == sentences
