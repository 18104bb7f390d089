"""CoNLL files: a token a line, with its tag.

`rows` says what is a line of a token, `columns` which column is what, `schemes` what the tags mean,
`pieces` where a very long sentence is cut.
A token of nothing but white space is the trace of a broken export and is skipped with its tag.
Zero-width characters are no white space: they stay, on their own too (U+FE0F after a heart makes
the heart an emoji).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from gated.commands.progress import bar_of_bytes
from gated.errors import BadData
from gated.reading.pieces import read_lines
from gated.reading.stored import Stored

from .columns import find_columns
from .pieces import in_pieces
from .rows import DOCUMENT, rows_of
from .schemes import TagError, check, closest, mended, read_as_conlleval, with_scheme


@dataclass(frozen=True)
class Sentence:
    """Tokens and their BIO2 tags, one for one."""

    tokens: tuple[str, ...]
    tags: tuple[str, ...]


#: Tokens, their tags in any scheme, and more.
Tagged = Sequence[Sequence]


@dataclass(frozen=True)
class Reader:
    """How to read files: the columns by number or name, or None, as a file shows them.

    Tags against their scheme are refused if `strict`; else read as the scorer of the CoNLL shared
    tasks reads them.
    """

    token_column: str | None = None
    tag_column: str | None = None
    strict: bool = False
    #: In whose folder, or above, what is read is for a while.
    run: Path = Path()

    def read(self, path: str | Path) -> Iterator[Sentence]:
        """The sentences of a file, their tags in BIO2 whatever scheme it uses.

        Raises BadData, with the line, on anything but a CoNLL file in UTF-8, BadUsage where there
        is no such column.
        """
        tagged = Stored[Tagged](self.run, self._tagged(path))
        if not tagged:
            raise BadData(f"{path}: no sentences, expected a token and a tag on each line")
        return self.sentences(tagged, lambda number, index: f"{path}:{tagged[number][2][index]}")

    def sentences(
        self, tagged: Sequence[Tagged], place: Callable[[int, int], str]
    ) -> Iterator[Sentence]:
        """Tokens and tags in any scheme as sentences, very long ones in pieces.

        Raises BadData on what are no tags, or do not fit if `strict`, at `place(sentence, token)`.
        """
        others, remarks = with_scheme(tag for _, tags, *_ in tagged for tag in tags)
        if remarks:
            print(f"{place(0, 0)}: {remarks}")

        def tags() -> Iterator[list[str]]:
            return ([others.get(tag, tag) for tag in one] for _, one, *_ in tagged)

        def bio2() -> Iterator[tuple[str, ...]]:
            for number, one in enumerate(tags()):
                try:
                    yield read_as_conlleval(one)
                except TagError as error:
                    error.sentence = number
                    raise

        try:
            scheme, misfits = closest(tags())
            if misfits and self.strict:
                check(tags(), scheme)
            if misfits:
                pairs = enumerate(zip(tags(), bio2(), strict=True))
                self._report(tagged, scheme, place, pairs)
            whole = zip((tokens for tokens, *_ in tagged), bio2(), strict=True)
            for tokens, read in in_pieces(whole, place):
                yield Sentence(tuple(tokens), tuple(read))
        except TagError as error:
            raise BadData(f"{place(error.sentence, error.index)}: {error}") from None

    @staticmethod
    def _report(tagged, scheme, place, pairs):
        """Says which tags do not fit their scheme."""
        first, count, total = None, 0, 0
        for number, (one, read) in pairs:
            places = mended(one, read, scheme)
            if places and not first:
                first = number, places[0]
            count, total = count + len(places), total + len(one)
        number, index = first
        print(
            f"{place(number, index)}: {tagged[number][1][index]} is the first of {count} tags, of "
            f"{total}, that do not fit {scheme} and are read as conlleval reads them; --strict "
            "refuses"
        )

    def _tagged(self, path: str | Path) -> Iterator[Tagged]:
        """The tokens, tags and line numbers of each sentence; none is empty."""
        size = Path(path).stat().st_size if Path(path).is_file() else 0
        with bar_of_bytes(size, "Reading", transient=True) as advance:
            rows = rows_of(read_lines(path, advance), self.run)
        if not rows.sentences:
            return
        token, tag, header, remarks = find_columns(rows, self.token_column, self.tag_column)
        if remarks:
            print(f"{path}: {', '.join(remarks)}")
        needed = 1 + max(token + (tag < 0), tag, 1)
        for place, sentence in enumerate(rows.sentences):
            tagged = []
            for number, line, columns in sentence[header and place == 0 :]:
                if len(columns) < needed or not columns[tag].strip():
                    raise BadData(
                        f"{path}:{number}: {line[:40]!r} has no tag, expected a token and a tag"
                        f"{f' in {needed} columns' if needed > 2 else ''}"
                    )
                if (word := columns[token].strip()) and not word.startswith(DOCUMENT):
                    tagged.append((word, columns[tag].strip(), number))
            if tagged:
                words, tags, numbers = zip(*tagged, strict=True)
                yield words, tags, numbers


def read(path: str | Path) -> list[Sentence]:
    """The sentences of a file, as a `Reader` without options reads them."""
    return list(Reader().read(path))
