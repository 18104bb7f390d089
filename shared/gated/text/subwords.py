"""Byte-pair encoding: frequent words whole, rare ones in pieces.

Sennrich, Haddow, Birch 2016, "Neural machine translation of rare words with subword units", section
3.2. A word is a sequence of symbols, its characters at first. Learning counts the pairs of
neighbours in all words of a corpus and makes the most frequent pair one symbol, again and again;
of pairs as frequent, that of the older symbols, and of the characters in order of their code. A
word is split by the same merges: of its pairs that which was learned first, and of its places the
first, until no pair is left that was learned.

A symbol that goes on with a word begins with ￭, as a mark that stands beside a word does
(`gated.text.words`): merged, `￭e` and `￭r` are `￭er`.
"""

import heapq
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from itertools import pairwise
from pathlib import Path
from typing import Any

from gated.errors import BadData
from gated.text.words import JOINER

#: Characters that are merged with one another; of a longer word so many at a time.
LONGEST = 64

Pair = tuple[str, str]


def symbols(word: str) -> list[str]:
    """The characters of a word or mark, each with the joiners at its sides."""
    core = word.strip(JOINER)
    found = [JOINER + character for character in core]
    if not word.startswith(JOINER):
        found[0] = core[0]
    if word.endswith(JOINER):
        found[-1] += JOINER
    return found


def merged(left: str, right: str) -> str:
    """The symbol that two become."""
    return left + right.removeprefix(JOINER)


def learn(
    words: Mapping[tuple[str, ...], int],
    size: int,
    min_count: int = 2,
    forbidden: Iterable[str] = (),
) -> list[Pair]:
    """The merges, in order.

    Args:
        words: as their symbols, and how often each occurs.
        size: of symbols that there shall be, those of `words` among them.
        min_count: pairs that occur less often stay apart.
        forbidden: what no pair may become.
    """
    names = sorted({symbol for word in words for symbol in word})
    places = {name: i for i, name in enumerate(names)}
    forbidden = set(forbidden)
    spelled = [([places[symbol] for symbol in word], count) for word, count in words.items()]
    counts = Counter[tuple[int, int]]()
    within = defaultdict[tuple[int, int], set[int]](set)
    for i, (word, count) in enumerate(spelled):
        for pair in pairwise(word):
            counts[pair] += count
            within[pair].add(i)
    queue = [(-count, pair) for pair, count in counts.items()]
    heapq.heapify(queue)
    merges: list[Pair] = []
    while queue and len(names) < size:
        count, pair = heapq.heappop(queue)
        if -count != counts[pair]:  # it changed since it was queued
            heapq.heappush(queue, (-counts[pair], pair))
            continue
        if -count < min_count:
            break
        merge = names[pair[0]], names[pair[1]]
        if (name := merged(*merge)) in forbidden:
            continue
        merges.append(merge)
        new = places.setdefault(name, len(names))
        if new == len(names):
            names.append(name)
        changed = Counter[tuple[int, int]]()
        for i in within.pop(pair):
            word, count = spelled[i]
            for before in pairwise(word):
                changed[before] -= count
            _replace(word, pair, new)
            for after in pairwise(word):
                changed[after] += count
                within[after].add(i)
        for one, change in changed.items():
            counts[one] += change
            if change > 0:
                heapq.heappush(queue, (-counts[one], one))
    return merges


def _replace(word: list[int], pair: tuple[int, int], new: int) -> None:
    i = 0
    while i < len(word) - 1:
        if (word[i], word[i + 1]) == pair:
            word[i : i + 2] = [new]
        i += 1


def pieces(word: Sequence[Any]) -> list[Sequence[Any]]:
    """What of a word is merged at a time."""
    return [word[i : i + LONGEST] for i in range(0, len(word), LONGEST)]


def merge(word: Sequence[Any], merges: Mapping[tuple[Any, Any], tuple[int, Any]]) -> list[Any]:
    """Splits a word.

    Args:
        word: its symbols.
        merges: for each pair of symbols its rank, and what it becomes.
    """
    return [symbol for piece in pieces(word) for symbol in _merge(list(piece), merges)]


def _merge(piece: list[Any], merges: Mapping[tuple[Any, Any], tuple[int, Any]]) -> list[Any]:
    while True:
        found = [(merges[pair], i) for i, pair in enumerate(pairwise(piece)) if pair in merges]
        if not found:
            return piece
        (_, new), i = min(found)
        piece[i : i + 2] = [new]


def save(merges: Iterable[Pair], path: Path) -> None:
    """As text, a merge a line: the two symbols, with a space between."""
    lines = (f"{left} {right}\n" for left, right in merges)
    path.write_text("".join(lines), encoding="utf-8", newline="\n")


def load(path: Path, known: Set[str]) -> list[Pair]:
    """The merges of a file.

    Args: known: the symbols that there are.

    Raises: BadData: with path and line, where it is no such file, of other symbols, or not whole.
    """
    merges: dict[Pair, None] = {}
    for number, line in enumerate(path.read_bytes().splitlines(), 1):
        text = line.decode(errors="replace")
        left, _, right = text.partition(" ")
        pair = left, right
        if not known >= {left, right, merged(*pair)} or pair in merges:
            expected = "two tokens that become a third, each pair once"
            raise BadData(f"{path}:{number}: expected {expected}, found {text[:40]!r}")
        merges[pair] = None
    made = {merged(*pair) for pair in merges}
    if missing := sorted(token for token in known - made if len(token.strip(JOINER)) > 1):
        expected = f"the two tokens that become {missing[0]!r}"
        raise BadData(f"{path}:{len(merges) + 1}: expected {expected}, found the end")
    return list(merges)
