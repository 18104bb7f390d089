"""What is added to log P of a text beside its sound."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from gated.recurrence import scan

_BLOCK = 32  # rows that are stepped at once


class Scorer:
    """Scores texts token by token. A row is a text so far; its states are tensors [rows, ...].

    The score of a text y of n tokens is

        Σ_i adds(states⟨i-1⟩)[y⟨i⟩] + ends(states⟨n⟩)       states⟨i⟩ = step(y⟨i⟩, states⟨i-1⟩)

    States are one tensor or a nest of them. A score of -inf forbids a text.
    """

    def first(self, rows) -> Any:
        """The states of so many texts of no tokens."""
        raise NotImplementedError

    def step(self, token, states) -> Any:
        """The states after one more token, int32 [rows]."""
        raise NotImplementedError

    def adds(self, states) -> Any:
        """What each next token would add, float32 [rows, tokens]."""
        raise NotImplementedError

    def ends(self, states) -> Any:
        """What it would add if the texts ended here, float32 [rows]."""
        raise NotImplementedError


class Sum(Scorer):
    """Weighted scorers together: Σ_k weight_k score_k.

    With log P of a language model and a number of words that is shallow fusion: Hannun et al.
    2014, "First-pass large vocabulary continuous speech recognition using bi-directional recurrent
    DNNs", section 2.2.

    Args:
        scorers: pairs of a weight, a number or a scalar tensor, and a scorer. None: all add 0.
    """

    def __init__(self, scorers: Sequence[tuple[Any, Scorer]] = ()):
        self.weights = [weight for weight, _ in scorers]
        self.scorers = [scorer for _, scorer in scorers]

    def first(self, rows):
        return [scorer.first(rows) for scorer in self.scorers]

    def step(self, token, states):
        return [one.step(token, own) for one, own in zip(self.scorers, states, strict=True)]

    def adds(self, states):
        return self._sum(one.adds(own) for one, own in zip(self.scorers, states, strict=True))

    def ends(self, states):
        return self._sum(one.ends(own) for one, own in zip(self.scorers, states, strict=True))

    def _sum(self, scores):
        return sum(weight * one for weight, one in zip(self.weights, scores, strict=True))


def score(scorer: Scorer, tokens, counts):
    """What a scorer gives to whole texts, float32 [rows].

    Args:
        scorer: any.
        tokens: int32 [rows, n].
        counts: integers [rows].
    """
    rows, length = ops.shape(tokens)
    first = scorer.first(rows)

    def step(inputs, now, _):
        token, t = inputs
        total, *flat = now
        states = keras.tree.pack_sequence_as(first, flat)
        goes = t < counts
        own = ops.take_along_axis(scorer.adds(states), token[:, None], axis=1)[:, 0]
        states = for_rows(goes, scorer.step, (token, states), states)
        return [total + ops.where(goes, own, 0.0), *keras.tree.flatten(states)], []

    inputs = [ops.transpose(ops.cast(tokens, "int32")), ops.arange(length, dtype="int32")]
    _, [total, *flat] = scan(step, inputs, [ops.zeros((rows,)), *keras.tree.flatten(first)], [])
    return total + scorer.ends(keras.tree.pack_sequence_as(first, flat))


def for_rows(chosen, function, given, before):
    """What a function gives for some rows, and what was there before in the others.

    It is called with some rows at a time, and not at all for rows that are not chosen: the next
    words of a language model are dear, and few prefixes grow at a frame.

    Args:
        chosen: booleans [rows].
        function: of tensors [block, ...], or nests of them.
        given: its arguments, of all rows.
        before: like what it gives, of all rows.
    """
    order = ops.argsort(ops.where(chosen, 0, 1))
    count = ops.sum(ops.cast(chosen, "int32"))

    def goes_on(done, _):
        return done < count

    def body(done, found):
        # The last rows come more than once where there are fewer.
        block = ops.minimum(done + ops.arange(_BLOCK, dtype="int32"), count - 1)
        places = ops.cast(ops.take(order, block), "int32")
        new = function(*keras.tree.map_structure(lambda x: ops.take(x, places, axis=0), given))
        found = keras.tree.map_structure(
            lambda x, y: ops.scatter_update(x, places[:, None], y), found, new
        )
        return done + _BLOCK, found

    return ops.while_loop(goes_on, body, (ops.zeros((), "int32"), before))[1]
