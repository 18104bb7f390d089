"""A page that shows the entities of texts."""

from collections.abc import Iterable, Iterator, Sequence

from gated.pages import begun, stream
from gated.text.spans import between

from ..model.tagged import TaggedText


def page(texts: Iterable[TaggedText], types: Sequence[str]) -> Iterator[str]:
    """HTML that needs no other file, in pieces to write one after the other.

    Args:
        texts: what to show.
        types: the types of the entities that there may be, each of which has a colour.
    """
    # All as far apart as can be.
    hues = [f"{(210 + 360 * i / len(types)) % 360:.0f}" for i in range(len(types))]
    return stream(
        __package__, "page.html", texts=begun(texts), types=types, hues=hues, between=between
    )
