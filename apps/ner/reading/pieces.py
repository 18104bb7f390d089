"""Sentences that are too long to be read at once, as in a file that has lost its blank lines."""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence

LONGEST = 1000  # tokens
_ENDS = frozenset(".!?。！？")

Tagged = tuple[Sequence[str], Sequence[str]]


def in_pieces(sentences: Iterable[Tagged], place: Callable[[int, int], str]) -> Iterator[Tagged]:
    """Sentences, those of more than `LONGEST` tokens in pieces.

    A piece ends where no entity goes on, after the last full stop in its second half if there is
    one. What was cut is said on stderr.

    Args:
        sentences: tokens and BIO2 tags.
        place: where a token is, given the number of its sentence and its own.
    """
    long = []
    for number, (tokens, tags) in enumerate(sentences):
        pieces = 1
        while len(tokens) > LONGEST:
            end = _end(tokens, tags)
            yield tokens[:end], tags[:end]
            pieces += 1
            # An entity longer than a piece becomes several.
            first = "B" + tags[end][1:] if tags[end] != "O" else "O"
            tokens, tags = tokens[end:], (first, *tags[end + 1 :])
        yield tokens, tags
        if pieces > 1:
            long.append((number, pieces))
    if long:
        first_place = place(long[0][0], 0)
        count = sum(pieces for _, pieces in long)
        print(
            f"warning: {first_place}: more than {LONGEST:,} tokens without a blank line; "
            f"{len(long)} such sentence(s) cut into {count} pieces",
            file=sys.stderr,
        )


def _end(tokens: Sequence[str], tags: Sequence[str]) -> int:
    """How many tokens the first piece has."""
    ends = range(LONGEST // 2, LONGEST + 1)
    return max(ends, key=lambda end: (tags[end][0] != "I", tokens[end - 1] in _ENDS, end))
