"""Words and marks: in Python as in TensorFlow, and back to the text."""

import unicodedata

import pytest
import regex
import tensorflow as tf
from hypothesis import example, given
from hypothesis import strategies as st

from gated.text.words import joined, spaced, words


def in_tensorflow(pattern, by, text):
    return tf.strings.regex_replace(text, pattern, by)


@pytest.mark.parametrize(
    "text, tokens",
    [
        ("The apple, and  the pear.", ["The", "apple", "￭,", "and", "the", "pear", "￭."]),
        ('"No," he said.', ['"￭', "No", "￭,", '￭"', "he", "said", "￭."]),
        ("well-known O'Brien's", ["well-known", "O'Brien's"]),
        ("1,200.5 at 10:30 (3%)", ["1,200.5", "at", "10:30", "(￭", "3", "￭%", "￭)"]),
        ("to-do- -x", ["to-do", "￭-", "-￭", "x"]),
        ("so...", ["so", "￭.", "￭.", "￭."]),
        ("a/b", ["a", "￭/￭", "b"]),
        ("e\u0301t\u00e9\u00a0la\u2028x", ["e\u0301t\u00e9", "la", "x"]),
        ("", []),
        (" \t", []),
    ],
)
def test_examples(text, tokens):
    assert words(text) == tokens


texts = st.text(st.characters(exclude_categories=["Cs"]))


@given(texts | st.text("ab1 .,'\"-()\t\u00a0￭\x1e"))
@example("\x1f\x1f.a\x1c")
def test_the_text_comes_back(text):
    tokens = words(text)
    assert joined(" ".join(tokens), regex.sub) == " ".join(text.split())


def test_tokens_that_both_want_no_space():
    tokens = "￭. a (￭ ￭, b -￭ ￭- ￭. c (￭"
    assert joined(tokens, regex.sub) == ". a (, b --. c ("
    assert joined(tf.constant(tokens), in_tensorflow).numpy().decode() == ". a (, b --. c ("


def test_every_character_is_the_same_in_tensorflow():
    characters = [
        chr(code)
        for code in range(1, 0x110000)
        if unicodedata.category(chr(code)) not in "Cs Cn Co"
    ]
    texts = [f"a{one}b {one}. 1{one}2" for one in characters]
    found = spaced(tf.constant(texts), in_tensorflow)
    expected = [spaced(text, regex.sub) for text in texts]
    differing = [
        one
        for one, text, other in zip(characters, found.numpy().tolist(), expected, strict=True)
        if text.decode() != other
    ]
    assert differing == []
    back = joined(found, in_tensorflow).numpy().tolist()
    assert [text.decode() for text in back] == [joined(text, regex.sub) for text in expected]
