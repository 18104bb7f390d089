"""The rows of CoNLL files, by sentence, without what is no token.

A blank line ends a sentence, and so does one that begins with -DOCSTART-, #begin document or #end
document. A line with a tab is split at tabs only, so that a token may hold spaces; any other line
at spaces.

Where a first column counts the tokens of each sentence, as in CoNLL-U and GermEval, comments are
known by it; its ranges, `3-4`, and empty nodes, `5.1`, are left out.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, takewhile
from pathlib import Path
from typing import NamedTuple

from gated.reading.stored import Stored

from .schemes import parse

DOCUMENT = "-DOCSTART-"
#: Of the rows must fit, so that an error in one is reported where it is.
MOST = 0.9

_GLOBAL_COLUMNS = "# global.columns ="
_CONLL_U = ("ID", "FORM", "LEMMA", "UPOS", "XPOS", "FEATS", "HEAD", "DEPREL", "DEPS", "MISC")
_PROPERTY = re.compile(r"# \S+ = ")  # of a sentence, in CoNLL-U


class Row(NamedTuple):
    """A line."""

    number: int
    line: str
    columns: list[str]


@dataclass(frozen=True)
class Rows:
    """The rows of a file."""

    sentences: Sequence[list[Row]]
    #: Whether the first column counts tokens.
    counted: bool
    #: The names of the columns, where they are known without a look at a header among the rows.
    names: Sequence[str]

    def __iter__(self) -> Iterator[Row]:
        return (row for rows in self.sentences for row in rows)


def rows_of(lines: Iterable[str], run: Path) -> Rows:
    """The rows of each sentence of a file; no sentence is empty, but there may be none.

    They are in files of `run`, as `Stored` has them: what they are is known after several looks.
    """
    lines = iter(lines)
    first = next(lines)
    sentences = _stored(run, _sentences(chain([first], lines)))
    counted = _counted(sentences)
    keep = _counted_tokens if counted else _tokens
    sentences = _stored(run, (kept for rows in sentences if (kept := list(keep(rows)))))
    if not all(row.columns[-1].strip() for rows in sentences for row in rows):
        sentences = _stored(run, _without_empty_last(sentences))
    names: Sequence[str] = ()
    if first.startswith(_GLOBAL_COLUMNS):
        names = first.removeprefix(_GLOBAL_COLUMNS).split()
    elif counted and len(sentences[0][0].columns) == len(_CONLL_U):
        names = _CONLL_U
    return Rows(sentences, counted, names)


def _stored(run: Path, sentences: Iterable[list[Row]]) -> Stored[list[Row]]:
    return Stored(run, sentences, decode=lambda content: [Row(*row) for row in json.loads(content)])


def _sentences(lines: Iterable[str]) -> Iterator[list[Row]]:
    rows: list[Row] = []
    for number, line in enumerate(lines, start=1):
        if line.strip() and not line.startswith((DOCUMENT, "#begin document", "#end document")):
            rows.append(Row(number, line, _split(line)))
        elif rows:
            yield rows
            rows = []
    if rows:
        yield rows


def _split(line: str) -> list[str]:
    # Not split(): it would take a no-break space for the end of a column.
    return line.split("\t") if "\t" in line else [column for column in line.split(" ") if column]


def _counted(sentences: Iterable[Sequence[Row]]) -> bool:
    """Whether the first column counts, from 0 or 1 in each sentence, or through them all."""
    right = total = last = 0
    for rows in sentences:
        begins = True
        for row in rows:
            if row.line.startswith("#"):
                continue
            found = re.fullmatch("([0-9]{1,18})([-.][0-9]+)?", row.columns[0].strip())
            if (found and found[2]) or not (found or total):  # or a header
                continue
            total += 1
            number = int(found[1]) if found else -1
            fits = number == last + 1 or (begins and number in (0, 1))
            right += fits and len(row.columns) > 2
            begins, last = False, number
    return right > MOST * total


def _counted_tokens(rows: Sequence[Row]) -> Iterable[Row]:
    for row in rows:
        first = row.columns[0].strip()
        if not row.line.startswith("#") and not re.fullmatch("[0-9]+[-.][0-9]+", first):
            yield row


def _tokens(rows: Sequence[Row]) -> Iterable[Row]:
    above = len(list(takewhile(_is_comment, rows)))
    return (row for row in rows[above:] if not _PROPERTY.match(row.line))


def _is_comment(row: Row) -> bool:
    """Whether a line above a sentence is metadata, and not a token `#` with its tag.

    CoNLL-U has `# text = ...` there, which may end in `O`; MultiCoNER `# id 7f3a<TAB>domain=en`.
    """
    tag = row.columns[-1].strip()
    if not row.line.startswith(("# ", "#\t")):
        return False
    if "\t" in row.line:
        return "=" in tag or " " in tag
    return not parse(tag)[0] or " = " in row.line[2:]


def _without_empty_last(sentences: Sequence[list[Row]]) -> Iterator[list[Row]]:
    """Without the empty columns after the last of most rows: tabs at the ends of lines."""
    widths = Counter(_width(row.columns) for rows in sentences for row in rows)
    width = max(widths, key=widths.__getitem__)
    for rows in sentences:
        yield [row._replace(columns=row.columns[: max(width, _width(row.columns))]) for row in rows]


def _width(columns: Sequence[str]) -> int:
    return max((i for i, column in enumerate(columns, 1) if column.strip()), default=0)
