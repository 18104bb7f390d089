"""Messages about input: one line that a terminal can show, whatever they quote."""

import pytest

from gated.errors import BadData, BadUsage


@pytest.mark.parametrize("kind", [BadData, BadUsage])
@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("x.csv:1: no column `é`, found 東", "x.csv:1: no column `é`, found 東"),
        ("two\nlines\x85\u2028", r"two\nlines\x85\u2028"),
        ("\x1b[2J\0\u202e", r"\x1b[2J\x00\u202e"),
        ("caf\udce9.txt", r"caf\udce9.txt"),  # a name that is not UTF-8, as Python has it
        ("a" * 10**6, "a" * 1000 + "…"),
        ("\0" * 1000, r"\x00" * 250 + "…"),
    ],
)
def test_messages(kind, message, shown):
    assert str(kind(message)) == shown
