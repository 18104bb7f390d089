"""Pages of templates."""

import sys

import pytest
from jinja2 import UndefinedError

from gated.pages import begun, render, stream

TEMPLATE = """{% extends "base.html" %}
{% block title %}{{ title }}{% endblock %}
{% block style %}p { margin: 1px }{% endblock %}
{% block main %}{% for one in items %}<p>{{ one }}</p>
{% endfor %}{% endblock %}
"""


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    """A package with a template in it."""
    folder = tmp_path_factory.mktemp("packages")
    (folder / "shown").mkdir()
    (folder / "shown" / "__init__.py").touch()
    (folder / "shown" / "page.html").write_text(TEMPLATE, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        yield "shown"
        sys.modules.pop("shown", None)


def test_escapes_what_is_filled_in(package):
    html = render(package, "page.html", title="a < b", items=["<b>&\0'", 3])
    assert html.startswith("<!doctype html>") and html.endswith("</html>\n")
    assert html.count("a &lt; b") == 2  # the title, and the heading
    assert "<p>&lt;b&gt;&amp;\ufffd&#39;</p>\n<p>3</p>" in html


def test_has_the_one_look_and_its_own(package):
    html = render(package, "page.html", title="x", items=[])
    assert html.count("<style>") == 1
    assert "prefers-color-scheme: dark" in html and "p { margin: 1px }" in html
    assert "url(" not in html and "@import" not in html and "http" not in html


def test_streams(package):
    """No item is asked for before those before it are through, and none is kept."""
    asked = []

    def items():
        for i in range(1000):
            asked.append(i)
            yield f"item {i}"

    pieces, html = stream(package, "page.html", title="x", items=items()), ""
    while "item 2" not in html:
        html += next(pieces)
    assert asked == [0, 1, 2]
    assert (html + "".join(pieces)).count("<p>") == 1000


def test_begun():
    items = iter("abc")
    again = begun(items)
    assert (next(items), list(again)) == ("b", ["a", "c"])
    assert list(begun([])) == []
    with pytest.raises(ZeroDivisionError):
        begun(1 / i for i in range(2))


def test_what_is_missing_is_an_error(package):
    with pytest.raises(UndefinedError):
        render(package, "page.html", items=[])
