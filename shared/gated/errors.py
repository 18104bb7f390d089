"""The two ways in which a user's input can be wrong. Commands print them as one line."""


class BadData(Exception):
    """The data cannot be used. The message is one line: what, where, what was expected.

    Commands exit with status 1.
    """


class BadUsage(Exception):
    """The options cannot be used together, or name something that is not there.

    Commands exit with status 2.
    """
