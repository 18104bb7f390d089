"""Pages of HTML in one look, each of which needs no other file."""

from gated.pages.templates import begun, render, stream

__all__ = ["begun", "render", "stream"]
