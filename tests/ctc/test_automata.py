"""Counts, closed vocabularies and hot words, by what they are said to be, of whole texts."""

import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from keras import ops

from gated.compiling import compiled
from gated.ctc import (
    Sum,
    closed_vocabulary,
    hot_words,
    prefix_beam_search,
    score,
    token_count,
    word_count,
)
from gated.errors import BadData, BadUsage
from tests.ctc.enumerated import ALL, assert_same, found_texts, frames, tensors, texts

TOKENS = ["", " ", "a", "b", "<UNK>"]


def spelled(text):
    return "".join("?" if token == 4 else TOKENS[token] for token in text)


def hot(text, phrases):
    """The characters of the phrases that are found from the left, the longest at each word."""
    words, place, total = text.split(" "), 0, 0
    while place < len(words):
        ends = range(len(words), place, -1)
        fitting = (end for end in ends if " ".join(words[place:end]) in phrases)
        end = next(fitting, None)
        total += 0 if end is None else len(" ".join(words[place:end]))
        place = place + 1 if end is None else end
    return total


def allowed(text, words):
    found = text.split(" ")
    found = found[:-1] if len(found) > 1 and not found[-1] else found
    return 0.0 if text in ("", *words) or all(word in words for word in found) else -math.inf


def walked(automaton, text):
    """Its score token by token, and the sum of what was added before each."""
    states, total, sums = automaton.first(1), 0.0, []
    for token in text:
        sums.append(total)
        total += float(ops.convert_to_numpy(automaton.adds(states))[0, token])
        states = automaton.step(ops.convert_to_tensor([token], "int32"), states)
    return total + float(ops.convert_to_numpy(automaton.ends(states))[0]), sums


words = st.text("ab", min_size=1, max_size=3)
phrases = st.lists(st.lists(words, min_size=1, max_size=3).map(" ".join), max_size=5)
some_text = st.lists(st.integers(1, 4), max_size=10)


@settings(deadline=None, max_examples=50)
@given(some_text, phrases)
@example([2, 1, 3, 1, 2, 2, 1, 2], ["a b aa b", "b aa", "aa a"])
@example([2, 1, 3, 1, 2, 3], ["a b", "a b a", "a b ab a"])
def test_hot_words(text, phrases):
    total, _ = walked(hot_words(phrases, TOKENS), text)
    assert total == hot(spelled(text), phrases)


def test_a_bonus_is_given_at_each_token_and_taken_back():
    automaton = hot_words(["ab b"], TOKENS)
    assert walked(automaton, [2, 3, 1, 3, 1, 2])[1] == [0, 1, 2, 3, 4, 4]
    assert walked(automaton, [2, 3, 1, 3, 3, 2])[1] == [0, 1, 2, 3, 4, 0]
    assert walked(automaton, [2, 3])[0] == 0
    assert walked(automaton, [4, 2, 3, 1, 3])[1] == [0] * 5


@settings(deadline=None, max_examples=50)
@given(some_text, st.lists(words, max_size=4))
def test_a_closed_vocabulary(text, words):
    assert walked(closed_vocabulary(words, TOKENS), text)[0] == allowed(spelled(text), words)


@settings(deadline=None, max_examples=30)
@given(some_text)
def test_counts(text):
    assert walked(token_count(TOKENS), text)[0] == len(text)
    assert walked(word_count(TOKENS), text)[0] == len(spelled(text).split())


def test_what_there_are_no_tokens_for():
    for scorer in (closed_vocabulary, hot_words):
        with pytest.raises(BadData, match=r"'abc': .*found 'c'"):
            scorer(["a", "abc"], TOKENS)
        with pytest.raises(BadUsage, match="space"):
            scorer(["a"], ["", "a"])
    with pytest.raises(BadData, match=r"'a b': .*found ' '"):
        closed_vocabulary(["a b"], TOKENS)


PHRASES, WORDS = ["ab", "b a", "aa b"], ["a", "ab", "ba"]


@pytest.mark.parametrize("closed", [False, True])
def test_the_search_finds_the_best_of_all_texts(closed):
    """By log P, a bonus a token of hot words, and one a word; and of listed words alone."""
    tokens = TOKENS[:4]
    parts = [hot_words(PHRASES, tokens), word_count(tokens), token_count(tokens)]
    closed_too = [(1.0, closed_vocabulary(WORDS, tokens))] if closed else []

    def run(log_p, lengths, bonus):
        weights = (bonus, 0.7, -0.3)
        scorer = Sum([*zip(weights, parts, strict=True), *closed_too])
        return prefix_beam_search(log_p, lengths, ALL[4], scorer)

    log_p, lengths = frames(11, 4), [5, 3, 0]
    run = compiled(run)
    for bonus in (0.5, 3.0):
        found = run(*tensors(log_p, np.array(lengths, "int32"), np.float32(bonus)))
        for row, length in enumerate(lengths):
            expected = []
            for text, p in texts(log_p[row, :length]).items():
                said = spelled(text)
                counts = 0.7 * len(said.split()) - 0.3 * len(text)
                total = p + bonus * hot(said, PHRASES) + counts
                if not closed or allowed(said, WORDS) == 0:
                    expected.append((text, p, total))
            assert_same(found_texts(found, row), expected)


def test_scores_of_whole_texts():
    rows = np.array([[2, 3, 1, 3], [2, 3, 3, 3], [2, 3, 2, 2], [1, 1, 1, 1]], "int32")
    counts = np.array([4, 2, 3, 0], "int32")
    scorer = Sum([(2.0, hot_words(["ab"], TOKENS)), (0.5, token_count(TOKENS))])
    found = score(scorer, *tensors(rows, counts))
    np.testing.assert_allclose(ops.convert_to_numpy(found), [4 + 2, 4 + 1, 1.5, 0])
