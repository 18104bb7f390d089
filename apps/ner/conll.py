"""CoNLL files: a token a line, the token in the first column, its tag in the last.

A blank line ends a sentence, and so does a -DOCSTART- line; very long ones are cut. A line with a tab is split at tabs
only, so that a token may hold spaces; any other line at spaces. A token of nothing but white
space is the trace of a broken export and is skipped with its tag. Zero-width characters are no
white space: they stay, on their own too (U+FE0F after a heart makes the heart an emoji).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from apps.ner.pieces import in_pieces
from apps.ner.schemes import TagError, detect, parse, to_bio2
from gated.errors import BadData
from gated.text.files import read_lines


@dataclass(frozen=True)
class Sentence:
    """Tokens and their BIO2 tags, one for one."""

    tokens: tuple[str, ...]
    tags: tuple[str, ...]


def read(path: str | Path) -> list[Sentence]:
    """The sentences of a file, their tags in BIO2 whatever scheme it uses.

    Raises BadData, with the line, on anything but a CoNLL file in UTF-8.
    """
    rows = _rows(path)
    return sentences(
        [(tuple(token for _, token, _ in one), tuple(tag for _, _, tag in one)) for one in rows],
        lambda sentence, index: f"{path}:{rows[sentence][index][0]}",
    )


def sentences(
    pairs: Sequence[tuple[tuple[str, ...], tuple[str, ...]]], place: Callable[[int, int], str]
) -> list[Sentence]:
    """Pairs of tokens and tags in any scheme as sentences, very long ones in pieces.

    Raises BadData on tags that fit no scheme, at `place(sentence, token)`.
    """
    try:
        scheme = detect([tags for _, tags in pairs])
    except TagError as error:
        raise BadData(f"{place(error.sentence, error.index)}: {error}") from None
    bio2 = [(tokens, to_bio2(tags, scheme)) for tokens, tags in pairs]
    return [Sentence(tuple(tokens), tuple(tags)) for tokens, tags in in_pieces(bio2, place)]


def _rows(path: str | Path) -> list[list[tuple[int, str, str]]]:
    """Line number, token and tag of every token, by sentence; no sentence is empty."""
    sentences = []
    rows: list[tuple[int, str, str]] = []
    for number, line in enumerate(read_lines(path), start=1):
        if not line.strip() or line.startswith("-DOCSTART-"):
            if rows:
                sentences.append(rows)
                rows = []
            continue
        # Not split(): it would take a no-break space for the end of a column.
        columns = line.split("\t") if "\t" in line else [c for c in line.split(" ") if c]
        token, tag = columns[0].strip(), columns[-1].strip()
        if not rows and _is_comment(line, tag):
            continue
        if len(columns) < 2 or not tag:
            raise BadData(f"{path}:{number}: {line[:40]!r} has no tag, expected a token and a tag")
        if token:
            rows.append((number, token, tag))
    if rows:
        sentences.append(rows)
    if not sentences:
        raise BadData(f"{path}: no sentences, expected a token and a tag on each line")
    return sentences


def _is_comment(line: str, tag: str) -> bool:
    """Whether a line above a sentence is metadata, and not a token `#` with its tag.

    CoNLL-U has `# text = ...` there, which may end in `O`; MultiCoNER `# id 7f3a<TAB>domain=en`.
    """
    if not line.startswith("# "):
        return False
    if parse(tag)[0]:
        return "\t" not in line and " = " in line[2:]
    return "\t" not in line or "=" in tag
