"""Tables in text files: CSV, TSV and their kin.

How a file is written is decided by what it shows. Quotes enclose fields only if all rows then have
the same number of columns; TSV as tweets and GLUE have it does not quote. Lines end with LF or
CR LF, or with CR where the rows fit so only.
"""

import csv
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from gated.errors import BadData

Quoting = Literal["yes", "no"]
#: A row, and the number of its last line.
Row = tuple[int, list[str]]

_SEPARATORS = (",", "\t", ";", "|", "^", "~")
_NAMES = {"\t": "a tab", " ": "a space"}


@dataclass(frozen=True)
class Table:
    """The columns that were wanted of a table."""

    #: The number of its last line, and the fields, of each row but a header.
    rows: list[Row]
    #: Whether the columns were found by the names in a header; else `rows` has the first row too.
    named: bool
    #: What of the file was found out, and is worth telling; else empty.
    told: str


@dataclass(frozen=True)
class _Reading:
    """What a file is if it is written in one way: rows of equal length, up to the first misfit."""

    end: str
    separator: str
    quoted: bool
    rows: list[Row]
    misfit: tuple[int, str] | None

    @property
    def first(self) -> list[str]:
        return [name.strip() for name in self.rows[0][1]] if self.rows else []


def read_table(
    text: str,
    name: str,
    wanted: Sequence[str],
    usual: str = ",",
    separator: str | None = None,
    quoting: Quoting | None = None,
) -> Table:
    """The columns of a table that are wanted.

    Args:
        text: what the file holds.
        name: its name, for messages.
        wanted: the names of columns in its header; or their numbers, from 1.
        usual: the separator of such a file, which is tried before others.
        separator: the only one that is tried, of one character or more.
        quoting: whether quotes enclose fields. None: if all rows then have as many columns.

    Raises:
        BadData: with `name` and line, where a column or a field of a row is missing.
    """
    readings = list(_readings(text, usual, separator, quoting))

    def evidence(reading: _Reading) -> tuple[bool, bool, int]:
        has_columns = _places(reading.first, wanted) is not None
        fits = reading.misfit is None and len(reading.first) > 1
        return has_columns, fits, reading.misfit[0] if reading.misfit else 0

    best = max(readings, key=evidence)  # the first of equals
    for other in readings:
        if (other.end, other.separator) == (best.end, best.separator) and other is not best:
            quotes_matter = other.rows != best.rows
            if best.quoted and evidence(other) == evidence(best) and _is_plain(best, other):
                best = other
            break
    else:
        quotes_matter = False
    if (found := _places(best.first, wanted)) is None:
        missing = next(one for one in wanted if _places(best.first, [one]) is None)
        kind = f"{name}:1: no column `{missing}`, found {', '.join(best.first) or 'nothing'}"
        raise BadData(f"{kind}; columns of a file without a header are named by number")
    if best.misfit:
        raise BadData(f"{name}:{best.misfit[0]}: {best.misfit[1]}")
    told = []
    if best.separator != (separator or usual):
        told.append(f"{_NAMES.get(best.separator, best.separator)} between columns (--separator)")
    if quotes_matter:
        told.append(f"quotes {'enclose fields' if best.quoted else 'are text'} (--quoting)")
    places, named = found
    return Table(
        [(number, [row[place] for place in places]) for number, row in best.rows[named:]],
        named,
        "; ".join(told),
    )


def _places(first: list[str], wanted: Sequence[str]) -> tuple[list[int], bool] | None:
    """Where the columns are, given the first row, and whether that is a header; or None."""
    if all(column in first for column in wanted):
        return [first.index(column) for column in wanted], True
    places = []
    for column in wanted:
        if column.isdecimal() and 1 <= int(column) <= len(first):
            places.append(int(column) - 1)
        elif column in first:
            places.append(first.index(column))
        else:
            return None
    return places, not all(column.isdecimal() for column in wanted)


def _is_plain(quoted: _Reading, plain: _Reading) -> bool:
    """Whether quotes are text where both readings fit: `"Good` begins a text, `fine "` ends one.

    Then the fields in quotes that span lines are rows, and a column of those has what it has
    elsewhere. A text in quotes hardly ever has a tab within.
    """
    if len(plain.rows) == len(quoted.rows):
        return False
    columns = zip(*(row for _, row in plain.rows), strict=True)
    others = zip(*(row for _, row in quoted.rows), strict=True)
    return quoted.separator == "\t" or any(
        set(one) <= set(other) for one, other in zip(columns, others, strict=True)
    )


def _readings(
    text: str, usual: str, separator: str | None, quoting: Quoting | None
) -> Iterator[_Reading]:
    """What a file may be, the likeliest first."""
    first = next((line for line in re.split(r"[\r\n]", text) if line.strip()), "")
    separators = [separator] if separator else [one for one in _SEPARATORS if one in first]
    if (not separator and usual in separators) or not separators:
        separators = [usual, *(one for one in separators if one != usual)]
    quotes = [True, False] if '"' in text else [False]
    if quoting:
        quotes = [quoting == "yes"]
    ends = ["\n"] if "\n" in text else ["\r"]
    if "\n" in text and re.search("\r(?!\n)", text):
        ends.append("\r")
    for end in ends:
        lines = [line.removesuffix("\r") for line in text.removesuffix(end).split(end)]
        for one in separators:
            for quoted in quotes:
                if not quoted or len(one) == 1:
                    yield _reading(lines, end, one, quoted)


def _reading(lines: list[str], end: str, separator: str, quoted: bool) -> _Reading:
    rows: list[Row] = []
    number, width = 0, 0
    try:
        for number, row in (_quoted if quoted else _plain)(lines, separator):
            if len(row) < 2 and not "".join(row).strip():
                continue
            width = width or len(row)
            if not "".join(row[width:]).strip():
                row = row[:width]
            if len(row) != width:
                misfit = (number, f"{len(row)} columns, expected {width}")
                return _Reading(end, separator, quoted, rows, misfit)
            rows.append((number, row))
    except csv.Error as error:
        # The row that does not fit begins on the line after.
        return _Reading(end, separator, quoted, rows, (number + 1, str(error)))
    return _Reading(end, separator, quoted, rows, None)


def _plain(lines: list[str], separator: str) -> Iterator[Row]:
    for number, line in enumerate(lines, 1):
        yield number, line.split(separator)


def _quoted(lines: list[str], separator: str) -> Iterator[Row]:
    csv.field_size_limit(sys.maxsize)
    # The csv module takes lines with their ends: a quoted field may have some within. It does not
    # take the stray CR that texts have.
    rows = csv.reader(
        (line.replace("\r", " ") + "\n" for line in lines),
        delimiter=separator,
        strict=True,
        skipinitialspace=separator != " ",
    )
    for row in rows:
        yield rows.line_num, row
