"""Scorers that are finite automata: tables of states and tokens.

Words stand between single spaces. A token that is not one character, such as `<UNK>`, is a letter
that no word has.
"""

from collections.abc import Iterable, Sequence

import numpy as np
from keras import ops

from gated.ctc.scorers import Scorer
from gated.ctc.trie import Trie, space, spelled


class Automaton(Scorer):
    """A scorer of which a text's state is one number, 0 at first.

    Args:
        after: int32 [states, tokens], the state after each token.
        gains: float32 [states, tokens], what the token adds.
        ends: float32 [states], what ending adds.
    """

    def __init__(self, after, gains, ends):
        self.after = np.asarray(after, "int32")
        self.gains = np.asarray(gains, "float32")
        self._ends = np.asarray(ends, "float32")

    def first(self, rows):
        return ops.zeros((rows,), "int32")

    def step(self, token, states):
        return ops.take(ops.convert_to_tensor(self.after), states * self.after.shape[1] + token)

    def adds(self, states):
        return ops.take(ops.convert_to_tensor(self.gains), states, axis=0)

    def ends(self, states):
        return ops.take(ops.convert_to_tensor(self._ends), states)


def token_count(tokens: Sequence[str]) -> Automaton:
    """The number of tokens of a text."""
    return Automaton(np.zeros((1, len(tokens))), np.ones((1, len(tokens))), [0])


def word_count(tokens: Sequence[str]) -> Automaton:
    """The number of words of a text; a word counts when it ends.

    Args:
        tokens: what each is, a space among them.

    Raises:
        BadUsage: without a space.
    """
    end = space(tokens)
    after, gains = np.ones((2, len(tokens))), np.zeros((2, len(tokens)))
    after[:, end], gains[1, end] = 0, 1
    return Automaton(after, gains, [0, 1])


def closed_vocabulary(words: Iterable[str], tokens: Sequence[str]) -> Automaton:
    """0 for a text of these words alone, -inf for any other.

    One space is between two words, and may end a text. A text may be empty. Where all that a search
    has kept ends within a word, it has found none.

    Args:
        words: what there is.
        tokens: what each is, a space among them.

    Raises:
        BadData: on a word with a character that is no token, or with a space.
        BadUsage: without a space among the tokens.
    """
    end = space(tokens)
    trie = Trie((spelled(word, tokens, also_spaces=False) for word in words), len(tokens))
    gains = np.where(trie.after > 0, 0, -np.inf)
    gains[trie.words >= 0, end] = 0
    ends = np.where(trie.words >= 0, 0, -np.inf)
    ends[0] = 0
    return Automaton(trie.after, gains, ends)


def hot_words(phrases: Iterable[str], tokens: Sequence[str]) -> Automaton:
    """The number of tokens of a text that are in words or phrases of a list.

    From the left, at each word, the longest phrase that begins there and ends with a word is taken,
    and the next one looked for after it. So with a bonus as its weight in a `Sum` a token of a
    phrase adds the bonus, the spaces within a phrase too. It is given while the phrase is being
    spelled, lest it be dropped before its end, and taken back where another token comes than the
    phrase has: Aho and Corasick 1975, "Efficient string matching: an aid to bibliographic search",
    whose failure function says what may be left of the phrase's later words.

    Args:
        phrases: white space within them is one space.
        tokens: what each is, a space among them.

    Raises:
        BadData: on a phrase with a character that is no token.
        BadUsage: without a space among the tokens.
    """
    end = space(tokens)
    paths = (spelled(" ".join(phrase.split()), tokens) for phrase in phrases)
    trie = Trie(paths, len(tokens))
    outside = len(trie.after)  # in a word with which no phrase goes on, up to its end
    after = np.full((outside + 1, len(tokens)), outside)
    gains = np.zeros(after.shape)
    ends = np.zeros(outside + 1)
    after[[0, outside], end] = 0

    def walk(path):
        state, gained = 0, 0
        for token in path:
            gained += gains[state, token]
            state = after[state, token]
        return state, gained

    # A shorter path first: what is left of a longer one is among them.
    for node in sorted(range(outside), key=lambda node: len(trie.paths[node])):
        path, complete = trie.paths[node], trie.words[node] >= 0
        if path:
            secured, rest = _left(trie, path, end)
            state, gained = (outside, 0) if rest is None else walk(rest)
            back = secured + gained - len(path)
            after[node], gains[node] = after[state], back + gains[state]
            ends[node] = 0 if complete else back + ends[state]
        if complete:
            after[node, end], gains[node, end] = 0, 0
        going = trie.after[node] > 0
        after[node, going], gains[node, going] = trie.after[node, going], 1
    return Automaton(after, gains, ends)


def _left(trie, path, end):
    """Where a path of phrases ends in none: the tokens of it that are one, and what is after it.

    Where no phrase is complete in it, what is after its first word; None if it has no other.
    """
    node, complete, spaces = 0, 0, []
    for place, token in enumerate(path):
        if token == end:
            spaces.append(place)
            if trie.words[node] >= 0:
                complete = place
        node = trie.after[node, token]
    if complete:
        return complete, path[complete + 1 :]
    return 0, path[spaces[0] + 1 :] if spaces else None
