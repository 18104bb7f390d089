"""Vocabularies: ids, files, look-up tables."""

import re

import pytest
import tensorflow as tf
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gated.errors import BadData
from gated.text.vocabulary import Vocabulary

# Lone surrogates are in no UTF-8 text.
tokens = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=6)
awkward = st.text("\n\r\t\\nrt\x85\u2028\x0b\x1c \ufeff", min_size=1, max_size=4)


def test_order_and_ids():
    vocabulary = Vocabulary.of(["b", "a", "c", "b", "a", "b", "d"])
    assert vocabulary.tokens == ["", "<UNK>", "b", "a", "c", "d"]
    assert vocabulary.counts == {"b": 3, "a": 2, "c": 1, "d": 1}
    assert len(vocabulary) == 6


@pytest.mark.parametrize(("min_count", "kept"), [(1, "bacd"), (2, "ba"), (3, "b"), (4, "")])
def test_min_count(min_count, kept):
    assert Vocabulary.of("babcabd", min_count).tokens[2:] == list(kept)


@pytest.mark.parametrize(("count", "first"), [(1, 6), (2, 4), (3, 3), (4, 2)])
def test_first_rarer_than(count, first):
    assert Vocabulary.of("babcabd").first_rarer_than(count) == first


def test_padding_and_unknown_are_no_tokens_of_the_corpus():
    assert Vocabulary.of(["<UNK>", "", "a"]).tokens == ["", "<UNK>", "a"]


@given(st.lists(tokens | awkward))
@example(["a\tb", "a\\tb", "a\nb", "\\", "\\n", "\x85", "\ufeff", "\r", " "])
@settings(deadline=None)
def test_save_and_load(tmp_path_factory, corpus):
    vocabulary = Vocabulary.of(corpus)
    path = tmp_path_factory.getbasetemp() / "words.txt"
    vocabulary.save(path)
    loaded = Vocabulary.load(path)
    assert loaded.tokens == vocabulary.tokens
    assert loaded.counts == vocabulary.counts
    assert path.read_bytes().count(b"\n") == len(vocabulary) - 2


def test_file_is_readable(tmp_path):
    path = tmp_path / "words.txt"
    Vocabulary.of(["été", "été", "a\tb\\"]).save(path)
    assert path.read_text(encoding="utf-8") == "été\t2\na\\tb\\\\\t1\n"


@given(st.lists(tokens), st.lists(tokens))
@settings(deadline=None, max_examples=50)
def test_ids_are_those_of_the_table(corpus, unseen):
    vocabulary = Vocabulary.of(corpus)
    asked = [*vocabulary.tokens, *unseen]
    place = {token: i for i, token in enumerate(vocabulary.tokens)}
    encoded = tf.constant([token.encode() for token in asked])
    assert vocabulary.table().lookup(encoded).numpy().tolist() == [place.get(t, 1) for t in asked]


@pytest.mark.parametrize(
    "line",
    [b"b", b"b 3", b"b\t", b"b\tx", b"b\\x\t3", b"b\\\t3", b"caf\xe9\t3", b"", b"\xff", b"b\t1.5"],
)
def test_corrupt_file(tmp_path, line):
    path = tmp_path / "words.txt"
    path.write_bytes(b"a\t5\n" + line + b"\nc\t1\n")
    message = f"^{re.escape(str(path))}:2: expected `token TAB count`, found [^\n]*$"
    with pytest.raises(BadData, match=message):
        Vocabulary.load(path)
