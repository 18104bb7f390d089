"""Tunes in ABC notation."""

from .files import ENDINGS, read_abc

__all__ = ["ENDINGS", "read_abc"]
