"""Words by their tokens."""

from collections.abc import Iterable, Sequence

import numpy as np

from gated.errors import BadData, BadUsage


class Trie:
    """The beginnings of words, as nodes of a tree; the first is the empty one.

    Attributes:
        after: int32 [nodes, tokens], the node with one more token; 0 where there is none.
        words: int32 [nodes], the place among the words of the one that this is, -1 if it is none.
        paths: the tokens of each node.
    """

    def __init__(self, words: Iterable[Sequence[int]], size: int):
        """Args: words: the tokens of each. size: how many tokens there are."""
        places: dict[tuple[int, ...], int] = {(): 0}
        edges: list[tuple[int, int, int]] = []
        ends: dict[int, int] = {}
        for number, word in enumerate(words):
            node = 0
            for length in range(1, len(word) + 1):
                path = tuple(word[:length])
                if path not in places:
                    edges.append((node, word[length - 1], len(places)))
                    places[path] = len(places)
                node = places[path]
            if node:
                ends.setdefault(node, number)
        self.paths = list(places)
        self.after = np.zeros((len(places), size), "int32")
        self.words = np.full(len(places), -1, "int32")
        for node, token, longer in edges:
            self.after[node, token] = longer
        self.words[list(ends)] = list(ends.values())


def spelled(text: str, tokens: Sequence[str], also_spaces: bool = True) -> list[int]:
    """The tokens of a text's characters. Raises BadData on one that is none of them."""
    places = {token: place for place, token in enumerate(tokens)}
    for character in text:
        if character not in places or (character == " " and not also_spaces):
            raise BadData(
                f"{text!r}: expected characters that the model knows, found {character!r}"
            )
    return [places[character] for character in text]


def space(tokens: Sequence[str]) -> int:
    """The token that words end with."""
    if " " not in tokens:
        raise BadUsage("words end with a space, which is none of the model's tokens")
    return list(tokens).index(" ")
