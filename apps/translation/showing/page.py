"""A page of translations, and of what each of their tokens looked at."""

from collections.abc import Iterable, Iterator, Sequence

from gated.pages import begun, stream
from gated.text.codec import EOS
from gated.text.words import JOINER, RAW_JOINER

from ..model.translation import Translation

#: Percent; what is less has no number.
LEAST = 5


def page(found: Iterable[tuple[str, Sequence[Translation]]]) -> Iterator[str]:
    """HTML that needs no other file, in pieces to write one after the other.

    Args:
        found: texts, each with its translations.
    """
    return stream(
        __package__,
        "page.html",
        texts=begun(found),
        least=LEAST,
        columns_of=lambda one: [*map(_shown, one.source_tokens), EOS],
        rows_of=_rows_of,
    )


def _rows_of(one: Translation) -> Iterator[tuple[str, list[int]]]:
    """Each token, and what it looked at, in percent."""
    # One that was cut off has no end.
    tokens = [*map(_shown, one.tokens), EOS][: len(one.weights)]
    percents = (100 * one.weights).round().astype(int).tolist()
    return zip(tokens, percents, strict=True)


def _shown(token: str) -> str:
    """A token without its joiners; white space can be seen."""
    return "␣" if token.isspace() else token.strip(JOINER).replace(RAW_JOINER, JOINER) or token
