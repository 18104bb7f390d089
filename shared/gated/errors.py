"""The two ways in which a user's input can be wrong. Commands print them as one line."""

_LONGEST = 1000  # characters


class _OneLine(Exception):
    """Its message is one line that a terminal can show, whatever of the input is quoted in it."""

    def __init__(self, message: str):
        cut = message[: _LONGEST + 1]
        shown = "".join(c if c.isprintable() else repr(c)[1:-1] for c in cut)
        super().__init__(shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}…")


class BadData(_OneLine):
    """The data cannot be used. The message is one line: what, where, what was expected.

    Commands exit with status 1.
    """


class BadUsage(_OneLine):
    """The options cannot be used together, or name something that is not there.

    Commands exit with status 2.
    """
