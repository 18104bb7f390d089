"""Parts of a text, and what stands between them."""

from collections.abc import Iterable, Iterator
from typing import Protocol, TypeVar


class Placed(Protocol):
    """What starts and ends somewhere in a text, in characters."""

    @property
    def start(self) -> int: ...

    @property
    def end(self) -> int: ...


Part = TypeVar("Part", bound=Placed)


def between(
    text: str, parts: Iterable[Part], start: int = 0, end: int | None = None
) -> Iterator[tuple[str, Part | None]]:
    """What stands before each part, and the part; then what is left, up to `end`, and None."""
    for part in parts:
        yield text[start : part.start], part
        start = part.end
    yield text[start:end], None
