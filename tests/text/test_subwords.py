"""Byte-pair encoding: as by hand, as in another library, in Python as in TensorFlow."""

import json
import subprocess
import sys
from collections import Counter
from itertools import pairwise

import pytest
import tensorflow as tf
import tokenizers
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gated.errors import BadData
from gated.text.subwords import LONGEST, learn, load, merge, merged, save, symbols
from gated.text.subwords_graph import MergesGraph
from gated.text.subwords_graph import symbols as symbols_graph

words = st.text("abc", min_size=1, max_size=9)
corpora = st.dictionaries(words, st.integers(1, 5), max_size=30)


def spelled(corpus):
    return {tuple(symbols(word)): count for word, count in corpus.items()}


def ranks(merges):
    return {pair: (rank, merged(*pair)) for rank, pair in enumerate(merges)}


def split(word, merges):
    return merge(symbols(word), ranks(merges))


def test_symbols():
    assert symbols("low") == ["l", "￭o", "￭w"]
    assert symbols("￭,") == ["￭,"]
    assert symbols("(￭") == ["(￭"]
    assert symbols("3.5￭") == ["3", "￭.", "￭5￭"]


def test_the_example_of_the_paper():
    corpus = spelled({"low": 5, "lower": 2, "newest": 6, "widest": 3})
    merges = learn(corpus, 14)
    assert merges == [("￭e", "￭s"), ("￭es", "￭t"), ("l", "￭o")]
    assert split("lowest", merges) == ["lo", "￭w", "￭est"]


@given(corpora, st.integers(0, 30), st.integers(1, 4))
@settings(deadline=None)
def test_learned_as_if_all_were_counted_anew_after_each_merge(corpus, more, min_count):
    corpus = spelled(corpus)
    names = sorted({symbol for word in corpus for symbol in word})
    size = more + len(names)
    texts = [(list(word), count) for word, count in corpus.items()]
    expected = []
    while len(names) < size:
        counts = Counter()
        for word, count in texts:
            for pair in pairwise(word):
                counts[pair] += count
        order = {name: i for i, name in enumerate(names)}
        best = min(counts, key=lambda p: (-counts[p], order[p[0]], order[p[1]]), default=None)
        if best is None or counts[best] < min_count:
            break
        expected.append(best)
        for word, _ in texts:
            i = 0
            while i + 1 < len(word):
                if (word[i], word[i + 1]) == best:
                    word[i : i + 2] = [merged(*best)]
                i += 1
        if merged(*best) not in names:
            names.append(merged(*best))
    assert learn(corpus, size, min_count) == expected


def as_one_character_each(corpus):
    """The symbols of another library, in the order of ours."""
    names = sorted({symbol for word in corpus for symbol in symbols(word)})
    return {name: chr(0x20000 + i) for i, name in enumerate(names)}


def in_another_library(corpus, size):
    letters = as_one_character_each(corpus)
    tokenizer = tokenizers.Tokenizer(tokenizers.models.BPE())
    trainer = tokenizers.trainers.BpeTrainer(
        vocab_size=size, min_frequency=2, show_progress=False, special_tokens=[]
    )
    texts = [
        "".join(map(letters.get, symbols(w))) for w, count in corpus.items() for _ in range(count)
    ]
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer, {letter: name for name, letter in letters.items()}


def back(text, names):
    first, *others = (names[letter] for letter in text)
    return first + "".join(other.removeprefix("￭") for other in others)


@given(corpora, st.lists(words))
@settings(deadline=None, max_examples=50)
def test_as_another_library(corpus, others):
    tokenizer, names = in_another_library(corpus, 20)
    saved = json.loads(tokenizer.to_str())["model"]["merges"]
    merges = learn(spelled(corpus), 20)
    assert merges == [(back(left, names), back(right, names)) for left, right in saved]
    letters = {name: letter for letter, name in names.items()}
    for word in [*corpus, *others]:
        if letters.keys() >= set(symbols(word)):
            text = "".join(map(letters.get, symbols(word)))
            found = [back(token.value, names) for token in tokenizer.model.tokenize(text)]
            assert split(word, merges) == found


def test_forbidden_tokens_are_not_learned():
    corpus = spelled({"<EOS>": 9})
    assert split("<EOS>", learn(corpus, 20)) == ["<EOS>"]
    assert split("<EOS>", learn(corpus, 20, forbidden=["<EOS>"])) != ["<EOS>"]


def test_alike_in_every_process(tmp_path):
    code = (
        "from gated.text.subwords import learn, symbols\n"
        "words = {f'{a}{b}{c}' for a in 'xyz' for b in 'klm' for c in 'uvw'}\n"
        "print(learn({tuple(symbols(word)): 2 for word in words}, 60))"
    )
    runs = [
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONPATH": ":".join(sys.path), "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert runs[0] == runs[1] != b"[]\n"


@given(st.lists(st.text("abc", min_size=1, max_size=12), max_size=8))
@example(["a" * (2 * LONGEST + 3), "b", "ab" * LONGEST])
@settings(deadline=None, max_examples=50)
def test_the_graph_splits_alike(texts):
    merges = [("￭a", "￭b"), ("a", "￭ab"), ("￭a", "￭a"), ("￭aa", "￭b"), ("a", "￭aa"), ("￭b", "￭c")]
    names = sorted({*"abc", "￭a", "￭b", "￭c", *(merged(*pair) for pair in merges)})
    places = {name: i for i, name in enumerate(names)}
    found, word = symbols_graph(tf.constant(texts, tf.string))
    ids = tf.constant([places[name.decode()] for name in found.numpy()], tf.int64)
    ids, word = MergesGraph(merges, places).merge(ids, word)
    rows = [[] for _ in texts]
    for i, row in zip(ids.numpy(), word.numpy(), strict=True):
        rows[row].append(names[i])
    assert rows == [split(text, merges) for text in texts]


def test_a_very_long_word_is_cut():
    merges = [("￭a", "￭a")]
    tokens = split("a" * 100_000, merges)
    assert "".join(token.strip("￭") for token in tokens) == "a" * 100_000


MERGES = [("a", "￭b"), ("￭b", "￭\x85")]
KNOWN = {"a", "￭b", "￭\x85", "ab", "￭b\x85"}


def test_save_and_load(tmp_path):
    path = tmp_path / "merges.txt"
    save(MERGES, path)
    assert path.read_text(encoding="utf-8") == "a ￭b\n￭b ￭\x85\n"
    assert load(path, KNOWN) == MERGES


@pytest.mark.parametrize(
    "line", [b"", b"a", b"a x", b"\xff \xfe", b"a \xef\xbf\xadb c", b"a \xef\xbf\xadb"]
)
def test_a_damaged_file(tmp_path, line):
    path = tmp_path / "merges.txt"
    path.write_bytes(b"a \xef\xbf\xadb\n" + line + b"\n")
    with pytest.raises(BadData, match=r"merges.txt:2: expected two tokens .*, found [^\n]*$"):
        load(path, KNOWN)


def test_a_file_that_was_cut(tmp_path):
    path = tmp_path / "merges.txt"
    save(MERGES[:1], path)
    with pytest.raises(BadData, match=r"merges.txt:2: expected the two .* become '￭b\\x85', found"):
        load(path, KNOWN)
