"""A page that shows what each word of texts adds to their class."""

from collections.abc import Iterable, Iterator

from gated.pages import begun, stream
from gated.text.spans import between

from ..model.prediction import Prediction
from .output import MOST


def page(texts: Iterable[Prediction]) -> Iterator[str]:
    """HTML that needs no other file, in pieces to write one after the other.

    Args:
        texts: what to show, each with its words.
    """
    return stream(__package__, "page.html", texts=begun(texts), between=between, most=MOST)
