"""Ids of words and characters, in Python as in TensorFlow."""

import unicodedata

import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from gated.text.casing import casing, casing_graph
from gated.text.spelled import SpelledWords, distinct, normal_form
from gated.text.spelled_graph import SpelledGraph
from gated.text.vocabulary import Vocabulary

# TensorFlow's tables are those of some version of Unicode, Python's of another; these characters
# all have. Since then ʕ was made a letter without case.
CHARACTERS = [
    chr(code)
    for code in range(1, 0x110000)
    if unicodedata.ucd_3_2_0.category(chr(code)) not in ("Cs", "Cn", "Co") and code != 0x295
]
tokens = st.lists(st.text("aΣσİIßÄǅ١2-\n\u0301東😀", max_size=6), max_size=8)


def graph_forms(words):
    """What is looked up, from a table that knows all words."""
    spelled = SpelledWords(Vocabulary.of(map(normal_form, words)), Vocabulary.of("".join(words)))
    ids = SpelledGraph(spelled).look_up(tf.RaggedTensor.from_row_lengths(words, [len(words)]))
    return [spelled.words.tokens[i] for i in ids.flat_values.numpy()]


def test_every_character_is_the_same_in_tensorflow():
    for words in (CHARACTERS, [f"{one}AΣ1" for one in CHARACTERS]):
        assert graph_forms(words) == list(map(normal_form, words))
        assert casing_graph(tf.constant(words)).numpy().tolist() == list(map(casing, words))


@given(tokens, st.text("aΣσİIßÄ12", min_size=1))
@settings(deadline=None, max_examples=50)
def test_any_tokens_are_the_same_in_tensorflow(words, known):
    spelled = SpelledWords(*SpelledWords.vocabularies([*words[::2], *known]))
    graph = SpelledGraph(spelled)
    ragged = tf.RaggedTensor.from_row_lengths(tf.constant(words, tf.string), [len(words)])
    assert graph.look_up(ragged).flat_values.numpy().tolist() == spelled.look_up(words).tolist()
    rows = [[one for one in row if one] for row in spelled.spell(words).tolist()]
    assert graph.spell(ragged).to_list() == [rows]


def test_the_rarest_of_very_many_words_have_no_vectors(monkeypatch):
    monkeypatch.setattr("gated.text.spelled.MOST_WORDS", 2)
    words, characters = SpelledWords.vocabularies(["c", "b", "B", "a", "dd", "a", "a"])
    assert words.counts == {"a": 3, "b": 2}
    assert SpelledWords(words, characters).look_up(["A", "c", "b"]).tolist() == [2, 1, 3]


def test_distinct():
    different, index = distinct(["b", "a", "b", ""])
    assert (different, index.tolist()) == (["b", "a", ""], [0, 1, 0, 2, 3])
