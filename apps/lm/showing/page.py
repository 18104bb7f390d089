"""A page that colours the tokens of sentences by how much they surprise a language model."""

import math
from collections.abc import Callable, Sequence
from html import escape
from itertools import pairwise

_MOST = 10.0  # bits; what surprises more has the same colour

_STYLE = """
:root { color-scheme: light dark; }
body { font: 1rem/1.9 system-ui, sans-serif; max-width: 52rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.3rem; }
p.sentence { white-space: pre-wrap; overflow-wrap: anywhere; margin: 0 0 .2rem; }
p.total { color: GrayText; font-size: .85rem; margin: 0 0 1.2rem; }
span.t { border-radius: .2rem; padding: .1rem 0; }
p.total span.t { color: CanvasText; }
span.end { opacity: .7; }
"""


def page(scored: Sequence[dict], join: Callable[[Sequence[str]], str]) -> str:
    """HTML that needs no other file.

    Args:
        scored: sentences, each with `tokens`, `token_log_p` and `log_p` in nats.
        join: the text of tokens.
    """
    scale = "".join(_token(f" {bits} ", bits, f"{bits} bits") for bits in (0, 2, 4, 6, 8, 10))
    sentences = []
    for one in scored:
        bits = [-log_p / math.log(2) for log_p in one["token_log_p"]]
        shown = "".join(
            gap + _token(text, surprise, f"{surprise:.2f} bits, probability {2**-surprise:.4f}")
            for (gap, text), surprise in zip(_pieces(one["tokens"], join), bits, strict=True)
        )
        mean = sum(bits) / len(bits)
        sentences.append(
            f'<p class="sentence">{shown}</p>\n'
            f'<p class="total">log P = {one["log_p"]:.3f} nats, {mean:.2f} bits a token</p>'
        )
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>Surprise</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        "<h1>How much each token surprises the model</h1>\n"
        f'<p class="total">Bits, -log₂ P of a token given those before it: {scale}</p>\n'
        + "\n".join(sentences)
        + "\n</body>\n</html>"
    )


def _pieces(tokens: Sequence[str], join: Callable[[Sequence[str]], str]):
    """What stands before each token, and the token as the text has it."""
    for before, token in pairwise(["", *tokens]):
        text = join([token])
        apart = before and join([before, token]) != join([before]) + text
        yield " " if apart else "", text


def _token(text: str, bits: float, title: str) -> str:
    share = min(bits, _MOST) / _MOST
    kind, shown = ("t end", "⏎") if text == "\n" else ("t", escape(text))
    return (
        f'<span class="{kind}" style="background: rgb(230 90 30 / {0.75 * share:.2f})" '
        f'title="{escape(title)}">{shown}</span>'
    )
