"""The tokens of music in ABC notation, and what lengths, bar lines and endings mean."""

import re
from fractions import Fraction

from .playing import Line

_NOTE = r"(?:\^\^?|__?|=)?[A-Ga-g][,']*"
_LENGTH = r"\d*/*\d*"
# A ! that no other follows before a bar line or a space is the end of a line of the score.
_DECORATION = r"!(?:D\.\s?[CS]\.[^!|]*|[^!|\[\]:\s]+)! | \+[^+|\[\]:\s]+\+ | [.~H-Wh-w]"
TOKEN = re.compile(
    rf"""
    (?P<space>[\s`$*\\]+)
    | "(?P<text>[^"]*)"
    # Chords were written so before they had brackets; +ff+ is a decoration.
    | \+(?!f+\+)(?P<old>(?:{_NOTE}{_LENGTH}){{2,}})\+ (?P<old_length>{_LENGTH})
    | (?P<decoration>{_DECORATION} | \{{[^}}]*\}} | !)
    | \[(?P<field>[A-Za-z]):(?P<value>[^\]]*)\]
    | (?P<line>:*\|+[\]|:]* | :+\]? | \[\|+[\]:]*) \s* (?P<after>\[?\d+(?:[-,]\d+)*)?
    | \[(?P<endings>\d+(?:[-,]\d+)*)
    | \((?P<p>[2-9]|[1-9]\d)(?::(?P<q>\d*)(?::(?P<r>\d*))?)?
    | (?P<slur>[()])
    | (?P<group>\[) (?P<inside>[^\]|]*) \] (?P<group_length>{_LENGTH})
    | (?P<note>{_NOTE}) (?P<length>{_LENGTH})
    | (?P<rest>[zx]) (?P<rest_length>{_LENGTH})
    | (?P<bars_rest>[ZX]) (?P<bars>\d*)
    | (?P<spacer>y\d*)
    | (?P<tie>-)
    | (?P<broken>>{{1,3}}|<{{1,3}})
    | (?P<overlay>&+)
    | (?P<reserved>[\#;?@])
    """,
    re.VERBOSE,
)
INSIDE = re.compile(
    rf'({_NOTE})({_LENGTH})(-?)|"[^"]*"|{_DECORATION}|[\s()]|(?P<stray>[+])', re.VERBOSE
)


def lines_of(text: str) -> list[Line]:
    """A bar line such as :|, || or |::, and the two of such as ::."""
    if set(text) == {":"}:
        # Both at once; but a single one is a line of dots, and no repeat.
        closes = opens = len(text) // 2
    else:
        closes = len(text) - len(text.lstrip(":"))
        opens = len(text) - len(text.rstrip(":"))
    # [|] is a bar line that is not seen.
    double = text != "[|]" and bool(re.search(r"\|\||[][]", text))
    if closes and opens:
        return [Line(closes=closes), Line(opens=opens)]
    return [Line(closes, opens, double)]


def numbers_of(text: str) -> frozenset[int]:
    """Of 1,3-5 the numbers 1, 3, 4 and 5."""
    found: set[int] = set()
    for part in text.strip("[").split(","):
        first, _, last = part.partition("-")
        found.update(range(int(first), min(int(last or first), 99) + 1))
    return frozenset(found)


def length_of(text: str) -> Fraction:
    """Of 3/2, 3, /, // and /4, in units. Raises ValueError."""
    over, slashes, under = re.fullmatch(r"(\d*)(/*)(\d*)", text).groups()  # type: ignore
    divisor = int(under) if under else 2 ** len(slashes)
    if not divisor:
        raise ValueError(f"a note of length {text}")
    return Fraction(int(over or 1), divisor)


def fraction_of(text: str) -> Fraction:
    """Of 1/8, or 1. Raises ValueError."""
    found = re.fullmatch(r"(\d+)(?:\s*/\s*(\d+))?", text)
    if not found or not int(found[1]) or (found[2] and not int(found[2])):
        raise ValueError(f"`{text}`, expected a fraction such as 1/8")
    return Fraction(int(found[1]), int(found[2] or 1))
