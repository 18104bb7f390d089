"""Letter-case patterns, against Python's own notion of case."""

import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

from gated.text.casing import PATTERNS, casing, casing_graph

EXAMPLES = {
    1: ["12", "3.5", "1,000"],
    2: ["-", "", "...", "😀"],
    3: ["the", "x-1", "日本", "é\n", "ß"],
    4: ["The", "A", "X-ray", "Éa", "B52"],
    5: ["USA", "U.S.", "AT&T", "ÄÖ"],
    6: ["McDonald", "TheBeatles", "DNAs"],
    7: ["iPhone", "eBay", "mRNA"],
}


def test_examples():
    for pattern, tokens in EXAMPLES.items():
        assert list(map(casing, tokens)) == [pattern] * len(tokens), tokens
        assert casing_graph(tf.constant(tokens)).numpy().tolist() == [pattern] * len(tokens)
    assert sorted(EXAMPLES) == list(range(1, 1 + len(PATTERNS)))


@given(st.text("aBcD é É 日 1 - \n", max_size=5))
def test_any_token(token):
    letters = [c for c in token if c.isalpha()]
    capitals = [c for c in letters if c.isupper()]
    if not letters:
        expected = 1 if any(c.isdigit() for c in token) else 2
    elif not capitals:
        expected = 3
    elif token[0].isupper() and len(capitals) == 1:
        expected = 4
    elif not any(c.islower() for c in letters):
        expected = 5
    else:
        expected = 6 if token[0].isupper() else 7
    assert casing(token) == casing_graph(tf.constant(token)).numpy() == expected


def test_any_shape():
    assert casing_graph(tf.constant([["A", "b"], ["1", "."]])).numpy().tolist() == [[4, 3], [1, 2]]
