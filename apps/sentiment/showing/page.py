"""A page that shows what each word of texts adds to their class."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from gated.pages import begun, stream
from gated.text.spans import between

from .output import MOST

if TYPE_CHECKING:
    from ..model.classifier import Word


def page(texts: Iterable[tuple[str, Mapping[str, float], Sequence["Word"]]]) -> Iterator[str]:
    """HTML that needs no other file, in pieces to write one after the other.

    Args:
        texts: what to show, each with the probability of each class and with its words.
    """
    found = ((text, max(p, key=p.__getitem__), p, words) for text, p, words in begun(texts))
    return stream(__package__, "page.html", texts=found, between=between, most=MOST)
