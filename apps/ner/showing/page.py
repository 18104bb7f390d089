"""A page that shows the entities of texts."""

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from itertools import chain

from ..model.tagged import Entity, TaggedText

_STYLE = """
:root {
  color-scheme: light dark;
  --paper: #fff; --ink: #1f2329; --dim: #5a5f69; --rule: #d3d7de;
  --ground: 80% 87%; --line: 55% 62%; --label: 70% 27%;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #15181d; --ink: #e4e6ea; --dim: #a0a6b1; --rule: #343a44;
    --ground: 42% 24%; --line: 45% 42%; --label: 75% 80%;
  }
}
* { box-sizing: border-box; }
body {
  font: 1.05rem/1.9 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem;
  background: var(--paper); color: var(--ink); -webkit-text-size-adjust: 100%;
}
h1 { font-size: 1.4rem; line-height: 1.3; margin: 0 0 .6rem; }
header { border-bottom: 1px solid var(--rule); margin-bottom: 1.2rem; padding-bottom: .8rem; }
header p { color: var(--dim); font-size: .9rem; line-height: 1.5; margin: .4rem 0 0; }
p.text {
  margin: 0 0 1rem; white-space: pre-wrap; overflow-wrap: anywhere;
}
mark {
  position: relative; color: var(--ink); background: hsl(var(--hue) var(--ground));
  border-radius: .25rem; padding: .1rem .3rem; border-bottom: 2px solid hsl(var(--hue) var(--line));
  -webkit-box-decoration-break: clone; box-decoration-break: clone;
  print-color-adjust: exact; -webkit-print-color-adjust: exact;
}
mark small {
  color: hsl(var(--hue) var(--label)); font-size: .68em; font-weight: 650; letter-spacing: .03em;
  margin-inline-start: .35em; user-select: none; -webkit-user-select: none;
}
mark:hover::after, mark:focus::after {
  content: attr(data-probability); position: absolute; inset-inline-start: 0; top: 100%;
  z-index: 1; padding: .1rem .5rem; border-radius: .25rem; background: var(--ink);
  color: var(--paper); font-size: .8rem; line-height: 1.5; white-space: nowrap;
}
header mark { margin-inline-end: .5rem; white-space: nowrap; }
header mark:hover::after, header mark:focus::after { content: none; }
"""


def page(texts: Iterable[TaggedText], types: Sequence[str]) -> Iterator[str]:
    """HTML that needs no other file, piece by piece.

    Args:
        texts: what to show.
        types: the types of the entities that there may be, each of which has a colour.
    """
    places = {name: i for i, name in enumerate(types)}
    # Nothing, not even a beginning, of a page whose first text cannot be read.
    texts = iter(texts)
    begun = [one for one in (next(texts, None),) if one]
    yield (
        '<!doctype html>\n<html lang="und">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>Entities</title>\n<style>{_STYLE}{_hues(len(types))}</style>\n</head>\n<body>\n"
        f"<header>\n<h1>Entities</h1>\n<div>{_legend(types)}</div>\n<p>Point at an "
        "entity, or touch it, for its probability.</p>\n</header>\n<main>"
    )
    for tagged in chain(begun, texts):
        shown, last = [], 0
        for one in tagged.entities:
            shown += [_shown(tagged.text[last : one.start]), _marked(one, places[one.type])]
            last = one.end
        shown.append(_shown(tagged.text[last:]))
        yield f'<p class="text" dir="auto">{"".join(shown)}</p>'
    yield "</main>\n</body>\n</html>"


def _hues(count: int) -> str:
    """A hue for each type, all as far apart as can be."""
    return "".join(
        f".t{i} {{ --hue: {(210 + 360 * i / count) % 360:.0f}; }}\n" for i in range(count)
    )


def _legend(types: Sequence[str]) -> str:
    return " ".join(f'<mark class="t{i}">{_shown(name)}</mark>' for i, name in enumerate(types))


def _marked(one: Entity, place: int) -> str:
    return (
        f'<mark class="t{place}" tabindex="0" data-probability="{one.probability:.3f}">'
        f"{_shown(one.text)}<small>{_shown(one.type)}</small></mark>"
    )


def _shown(text: str) -> str:
    # HTML has no way to write this one.
    return escape(text).replace("\0", "\ufffd")
