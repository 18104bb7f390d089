"""Tables in text files: CSV, TSV and their kin.

How a file is written is decided by what it shows. Quotes enclose fields only if all rows then have
the same number of columns; TSV as tweets and GLUE have it does not quote. A quote within them is
doubled, or after a backslash, as Spark and databases write it. Lines end with LF or CR LF, or with
CR where the rows fit so only. The first line may name the separator, `sep=;`, as Excel reads it.
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

# Whether quotes enclose fields, and how those within are written.
_Quotes = Literal["doubled", "escaped", "plain"]
_SEPARATORS = (",", "\t", ";", "|", "^", "~")
_NAMES = {"\t": "a tab", " ": "a space"}


@dataclass(frozen=True)
class Table:
    """The columns that were wanted of a table."""

    #: The number of its last line, and the fields, of each row but a header.
    rows: list[Row]
    #: Whether the columns were found by the names in a header; else `rows` has the first row too.
    named: bool
    #: What of the file was found out, that is worth a remark; else empty.
    remarks: str


@dataclass(frozen=True)
class _Reading:
    """What a file is if it is written in one way: rows of equal length, up to the first misfit."""

    end: str
    separator: str
    quotes: _Quotes
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
    others = [one for one in readings if one.separator == best.separator and one.end == best.end]
    quotes_matter = not quoting and any(one.rows != best.rows for one in others)
    if quotes_matter and evidence(others[-1]) == evidence(best) and _is_plain(best, others[-1]):
        best = others[-1]
    if (found := _places(best.first, wanted)) is None:
        missing = next(one for one in wanted if _places(best.first, [one]) is None)
        kind = f"{name}:1: no column `{missing}`, found {', '.join(best.first) or 'nothing'}"
        raise BadData(f"{kind}; columns of a file without a header are named by number")
    if best.misfit:
        raise BadData(f"{name}:{best.misfit[0]}: {best.misfit[1]}")
    remarks = []
    if best.separator != (separator or usual):
        remarks.append(
            f"{_NAMES.get(best.separator, best.separator)} between columns (--separator)"
        )
    if quotes_matter:
        remarks.append(
            f"quotes {'are text' if best.quotes == 'plain' else 'enclose fields'} (--quoting)"
        )
    places, named = found
    return Table(
        [(number, [row[place] for place in places]) for number, row in best.rows[named:]],
        named,
        "; ".join(remarks),
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
    if len(plain.rows) == len(quoted.rows) or len(plain.first) != len(quoted.first):
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
    found = re.search(r"[^\r\n]*\S[^\r\n]*", text)
    first = found[0] if found else ""
    separators = [usual, *(one for one in _SEPARATORS if one in first and one != usual)]
    # What a space follows may be a mark within a text.
    separators.sort(key=lambda one: one not in first or f"{one} " in first)
    if separator:
        separators = [separator]
    if named := re.match('"?sep=(.)"?(?=[\r\n])', text):
        separators, text = [separator or named[1]], text[named.end() :]
    quotes: list[_Quotes] = ["plain"]
    if quoting != "no" and '"' in text:
        quotes = ["doubled", "escaped", "plain"] if '\\"' in text else ["doubled", "plain"]
    if quoting == "yes":
        quotes = quotes[:-1] or ["doubled"]
    ends = ["\n"] if "\n" in text else ["\r"]
    if "\n" in text and re.search("\r(?!\n)", text):
        ends.append("\r")
    for end in ends:
        lines = [line.removesuffix("\r") for line in text.removesuffix(end).split(end)]
        for one in separators:
            for written in quotes:
                if written == "plain" or len(one) == 1:
                    yield _reading(lines, end, one, written)


def _reading(lines: list[str], end: str, separator: str, quotes: _Quotes) -> _Reading:
    rows: list[Row] = []
    number, width = 0, 0
    try:
        for number, row in _rows(lines, separator, quotes):
            if len(row) < 2 and not "".join(row).strip():
                continue
            width = width or len(row)
            if not "".join(row[width:]).strip():
                row = row[:width]
            if len(row) != width:
                misfit = (number, f"{len(row)} columns, expected {width}")
                return _Reading(end, separator, quotes, rows, misfit)
            rows.append((number, row))
    except csv.Error as error:
        # The row that does not fit begins on the line after.
        return _Reading(end, separator, quotes, rows, (number + 1, str(error)))
    return _Reading(end, separator, quotes, rows, None)


def _rows(lines: list[str], separator: str, quotes: _Quotes) -> Iterator[Row]:
    if quotes == "plain":
        for number, line in enumerate(lines, 1):
            yield number, line.split(separator)
        return
    csv.field_size_limit(sys.maxsize)
    # The csv module takes lines with their ends: a quoted field may have some within. It does not
    # take the stray CR that texts have.
    rows = csv.reader(
        (line.replace("\r", " ") + "\n" for line in lines),
        delimiter=separator,
        strict=True,
        skipinitialspace=separator != " ",
        escapechar="\\" if quotes == "escaped" else None,
    )
    for row in rows:
        yield rows.line_num, row
