"""Which column of a CoNLL file holds the tokens, and which the tags.

The first and the last, unless options or the file say otherwise:

- A first column that counts is passed over. CoNLL-U has the tokens in the column FORM.
- Of several columns of tags of entities the first: GermEval has entities within others, and a
  tagger what it predicts, in the next. Chunks are no entities.
- Where only the first column has tags, the tokens are in the second.
- A first row that has no tag, where the others have one, is a header.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import accumulate, islice
from typing import NamedTuple

from gated.errors import BadUsage

from .rows import MOST, Row, Rows
from .schemes import parse

# Types of chunks, of CoNLL-2000 and of German.
_CHUNKS = {"NP", "VP", "PP", "ADJP", "ADVP", "SBAR", "PRT", "CONJP", "INTJ", "LST", "UCP"}
_CHUNKS |= {"NC", "VC", "PC"}


class Columns(NamedTuple):
    """The places of the tokens and of the tags, from 0; -1 is the last column."""

    token: int
    tag: int
    #: Whether the first row names them.
    header: bool
    #: What was found out that is worth a remark.
    remarks: list[str]


def find_columns(rows: Rows, token_column: str | None, tag_column: str | None) -> Columns:
    """The columns that are named, by number, from 1, or by name, or found if None.

    Raises BadUsage where a name is none.
    """
    first = [field.strip() for field in next(iter(rows)).columns]
    remarks = []
    token, above = _named(token_column, "--token-column", rows.names, first)
    tag, beside = _named(tag_column, "--tag-column", rows.names, first)
    header = above or beside
    if token is None and (rows.counted or "FORM" in rows.names):
        token = rows.names.index("FORM") if "FORM" in rows.names else 1
    if tag is None:
        found = _columns_of_tags(rows, token) or _columns_of_tags(rows, token, first=1)
        tag = found[0] if found else -1
        if found and tag < len(first) and not parse(first[tag])[0] and not header:
            header = True
            remarks.append(f"a header, {' '.join(first)}")
        if len(found) > 1 or tag not in (-1, len(first) - 1):
            remarks.append(f"tags from column {tag + 1} (--tag-column)")
    if token is None:
        token = 1 if tag == 0 else 0
    if token and not token_column:
        remarks.insert(0, f"tokens from column {token + 1} (--token-column)")
    return Columns(token, tag, header, remarks)


def _named(
    column: str | None, option: str, names: Sequence[str], first: Sequence[str]
) -> tuple[int | None, bool]:
    """The place of a column, and whether the first row names it."""
    if column is None:
        return None, False
    if column.isdecimal() and int(column) > 0:
        return int(column) - 1, False
    if column in names:
        return names.index(column), False
    if column in first:
        return first.index(column), True
    raise BadUsage(
        f"{option} {column}: expected a number from 1, or one of {', '.join(names or first)}"
    )


def _columns_of_tags(rows: Iterable[Row], token: int | None, first: int = 0) -> list[int]:
    """The places of the columns of tags of entities, of which there may be none.

    Args: first: the row to begin with.
    """
    widths = Counter(len(row.columns) for row in islice(rows, first, None))
    if not (count := widths.total()):
        return []
    # How many columns most rows have: a row may have any number of them.
    ordered = sorted(widths)
    up_to = accumulate(widths[width] for width in ordered)
    width = next(w for w, n in zip(ordered, up_to, strict=True) if n > int((1 - MOST) * count))
    columns: list[Counter[str]] = [Counter() for _ in range(width)]
    for row in islice(rows, first, None):
        for column, field in zip(columns, row.columns, strict=False):
            column[field] += 1
    found = []
    for place, tags in enumerate(columns):
        types = {parse(tag.strip())[1] for tag in tags} - {""}
        right = sum(n for tag, n in tags.items() if parse(tag.strip())[0])
        if place != token and types and not types <= _CHUNKS and right > MOST * count:
            found.append(place)
    return found
