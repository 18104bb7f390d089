"""Classified texts for people and for programs."""

from collections.abc import Iterable
from dataclasses import asdict
from html import escape

from rich.console import Console
from rich.style import Style
from rich.text import Text

from gated.runs.outputs import print_json

from ..model.prediction import Prediction

_MOST = 2.0  # nats; what adds or takes more has the same colour
_ADDS, _TAKES = (30, 130, 76), (200, 60, 50)

_STYLE = """
:root { color-scheme: light dark; }
body { font: 1rem/1.9 system-ui, sans-serif; max-width: 52rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.3rem; }
article { margin: 0 0 1.8rem; }
p { margin: 0; }
p.text { white-space: pre-wrap; overflow-wrap: anywhere; }
p.note { color: GrayText; font-size: .85rem; margin: 0 0 1.2rem; }
p.note span { color: CanvasText; }
span.w { border-radius: .2rem; padding: .1rem 0; }
table { font-size: .85rem; border-spacing: .5rem 0; margin-left: -.5rem; line-height: 1.5; }
td:last-child { font-variant-numeric: tabular-nums; }
tr.best { font-weight: bold; }
div.bar { height: .6rem; border-radius: .2rem; background: rgb(70 110 200 / .75); }
td.bar { width: 12rem; }
"""


# What came with each text, and what was predicted of it.
Found = Iterable[tuple[dict | None, Prediction]]


def write_text(found: Found) -> None:
    """The likeliest class, its probability and the text a line, with what its words add."""
    console = Console(soft_wrap=True, highlight=False)
    for _, one in found:
        line = Text(f"{one.label} {one.probabilities[one.label]:.3f}  ", "bold")
        last = 0
        for word in one.words or ():
            share = min(1.0, abs(word.contribution) / _MOST)
            line.append(one.text[last : word.start])
            colour = "green" if word.contribution > 0 else "red"
            weight = Style(color=colour, bold=share > 0.5) if share > 0.05 else Style(dim=True)
            line.append(word.word, weight)
            last = word.end
        line.append(one.text[last:])
        console.print(line)


def write_json(found: Found) -> None:
    """An object a line: what came with the text, its class, the probabilities, and its words."""
    for fields, one in found:
        given = fields or {"text": one.text}
        shown = {**given, "label": one.label, "probabilities": one.probabilities}
        if one.words is not None:
            shown["words"] = [asdict(word) for word in one.words]
        print_json(shown)


class Page:
    """A page that needs no other file: each text with what its words add to its class."""

    def __init__(self):
        self.articles = []

    def add(self, text, probabilities, words):
        label = max(probabilities, key=probabilities.get)
        shown, last = [], 0
        for word in words:
            title = f"{word.contribution:+.2f} nats for {label}"
            shown += [escape(text[last : word.start]), _word(word.word, word.contribution, title)]
            last = word.end
        shown.append(escape(text[last:]))
        rows = "".join(
            f'<tr{" class=best" if name == label else ""}><td>{escape(name)}</td><td class="bar">'
            f'<div class="bar" style="width: {100 * p:.1f}%"></div></td><td>{p:.3f}</td></tr>'
            for name, p in probabilities.items()
        )
        self.articles.append(
            f'<article>\n<p class="text">{"".join(shown)}</p>\n<table>{rows}</table>\n</article>'
        )

    def __str__(self):
        scale = " ".join(_word(f" {x:+g} ", x, f"{x:+g} nats") for x in (-2, -1, 0, 1, 2))
        return (
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f"<title>Classes of texts</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
            "<h1>What each word adds to the class</h1>\n"
            "<p class=note>How much the log-odds of the likeliest class fall without the word, in "
            f"nats: {scale}</p>\n" + "\n".join(self.articles) + "\n</body>\n</html>"
        )


def _word(word, contribution, title):
    share = min(1.0, abs(contribution) / _MOST)
    red, green, blue = _ADDS if contribution > 0 else _TAKES
    return (
        f'<span class="w" style="background: rgb({red} {green} {blue} / {0.7 * share:.2f})" '
        f'title="{escape(title)}">{escape(word)}</span>'
    )
