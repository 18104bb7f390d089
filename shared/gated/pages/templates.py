"""From templates in files to pages.

A page is a template that extends `base.html`, which has the blocks `title`, `style`, `header`,
`main` and `script`, and holds `style.css`. What is filled in is escaped.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from itertools import chain, islice
from typing import Any, TypeVar

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined, Template

Item = TypeVar("Item")


def render(package: str, name: str, **values: Any) -> str:
    """A page as a whole.

    Args:
        package: where the template is, the `__package__` of who calls.
        name: of the template, a file of the package.
        values: what it is filled with.
    """
    return _template(package, name).render(values)


def stream(package: str, name: str, **values: Any) -> Iterator[str]:
    """Likewise, in pieces to write one after the other, made when they are asked for.

    Of an iterator among the values, which a template goes through, no more is read before its
    pieces are taken.
    """
    # What is escaped comes as Markup, which would escape what it is joined with.
    return map(str, _template(package, name).generate(values))


def begun(items: Iterable[Item]) -> Iterator[Item]:
    """The items, the first of which is read at once: not even the beginning of a page is made where
    it cannot be.
    """
    items = iter(items)
    return chain(list(islice(items, 1)), items)


@cache
def _template(package: str, name: str) -> Template:
    # Found by the package, since applications have another name where they are installed.
    loaders = [PackageLoader(one, "") for one in (package, __package__)]
    environment = Environment(
        loader=ChoiceLoader(loaders),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_writable,
    )
    return environment.get_template(name)


def _writable(value: Any) -> Any:
    # HTML has no way to write this one.
    return value.replace("\0", "\ufffd") if isinstance(value, str) else value
