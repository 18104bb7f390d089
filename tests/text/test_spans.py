"""What stands between parts of a text."""

from collections import namedtuple

from gated.text.spans import between

Part = namedtuple("Part", "start end")
TEXT = "Ada met Bob."
ADA, BOB = Part(0, 3), Part(8, 11)


def test_between():
    assert list(between(TEXT, [ADA, BOB])) == [("", ADA), (" met ", BOB), (".", None)]
    assert list(between(TEXT, [])) == [(TEXT, None)]
    assert list(between(TEXT, [BOB], 4, 11)) == [("met ", BOB), ("", None)]
