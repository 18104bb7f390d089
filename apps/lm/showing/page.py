"""A page that colours the tokens of sentences by how much they surprise a language model."""

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from gated.pages import render

_MOST = 10.0  # bits; what surprises more has the same colour


def page(scored: Sequence[dict], join: Callable[[Sequence[str]], str]) -> str:
    """HTML that needs no other file.

    Args:
        scored: sentences, each with `tokens`, `token_log_p` and `log_p` in nats.
        join: the text of tokens.
    """
    sentences = []
    for one in scored:
        bits = [-log_p / math.log(2) for log_p in one["token_log_p"]]
        tokens = [
            (*piece, surprise)
            for piece, surprise in zip(_pieces(one["tokens"], join), bits, strict=True)
        ]
        mean = sum(bits) / len(bits)
        sentences.append({"tokens": tokens, "log_p": one["log_p"], "bits": mean})
    return render(__package__, "page.html", sentences=sentences, most=_MOST)


def _pieces(
    tokens: Sequence[str], join: Callable[[Sequence[str]], str]
) -> Iterator[tuple[str, str]]:
    """What stands before each token, and the token as the text has it."""
    for before, token in pairwise(["", *tokens]):
        text = join([token])
        apart = before and join([before, token]) != join([before]) + text
        yield " " if apart else "", text
