"""CoNLL files: a token a line, with its tag.

`rows` says what is a line of a token, `columns` which column is what, `schemes` what the tags mean,
`pieces` where a very long sentence is cut.
A token of nothing but white space is the trace of a broken export and is skipped with its tag.
Zero-width characters are no white space: they stay, on their own too (U+FE0F after a heart makes
the heart an emoji).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from gated.errors import BadData
from gated.text.files import read_lines

from .columns import find_columns
from .pieces import in_pieces
from .rows import DOCUMENT, rows_of
from .schemes import TagError, closest, detect, mended, read_as_conlleval, with_scheme


@dataclass(frozen=True)
class Sentence:
    """Tokens and their BIO2 tags, one for one."""

    tokens: tuple[str, ...]
    tags: tuple[str, ...]


@dataclass(frozen=True)
class Reader:
    """How to read files: the columns by number or name, or None, as a file shows them.

    Tags against their scheme are refused if `strict`; else read as the scorer of the CoNLL shared
    tasks reads them.
    """

    token_column: str | None = None
    tag_column: str | None = None
    strict: bool = False

    def read(self, path: str | Path) -> list[Sentence]:
        """The sentences of a file, their tags in BIO2 whatever scheme it uses.

        Raises BadData, with the line, on anything but a CoNLL file in UTF-8, BadUsage where there
        is no such column.
        """
        tagged = self._tagged(path)
        return self.sentences(
            [
                (tuple(word for _, word, _ in one), tuple(tag for _, _, tag in one))
                for one in tagged
            ],
            lambda sentence, index: f"{path}:{tagged[sentence][index][0]}",
        )

    def sentences(
        self,
        pairs: Sequence[tuple[tuple[str, ...], tuple[str, ...]]],
        place: Callable[[int, int], str],
    ) -> list[Sentence]:
        """Pairs of tokens and tags in any scheme as sentences, very long ones in pieces.

        Raises BadData on what are no tags, or do not fit if `strict`, at `place(sentence, token)`.
        """
        others, remarks = with_scheme(tag for _, tags in pairs for tag in tags)
        if remarks:
            print(f"{place(0, 0)}: {remarks}")
        tags = [[others.get(tag, tag) for tag in one] for _, one in pairs]
        bio2 = []
        try:
            scheme, misfits = closest(tags)
            if misfits and self.strict:
                detect(tags)
            for number, one in enumerate(tags):
                try:
                    bio2.append(read_as_conlleval(one))
                except TagError as error:
                    error.sentence = number
                    raise
        except TagError as error:
            raise BadData(f"{place(error.sentence, error.index)}: {error}") from None
        if misfits:
            places = [
                (number, index)
                for number, (one, read) in enumerate(zip(tags, bio2, strict=True))
                for index in mended(one, read, scheme)
            ]
            number, index = places[0]
            print(
                f"{place(number, index)}: {pairs[number][1][index]} is the first of {len(places)} "
                f"tags, of {sum(map(len, tags))}, that do not fit {scheme} and are read as "
                "conlleval reads them; --strict refuses"
            )
        whole = zip((tokens for tokens, _ in pairs), bio2, strict=True)
        return [Sentence(tuple(tokens), tuple(one)) for tokens, one in in_pieces(whole, place)]

    def _tagged(self, path: str | Path) -> list[list[tuple[int, str, str]]]:
        """Line number, token and tag of every token, by sentence; no sentence is empty."""
        nothing = f"{path}: no sentences, expected a token and a tag on each line"
        rows = rows_of(read_lines(path))
        if not rows.sentences:
            raise BadData(nothing)
        token, tag, header, remarks = find_columns(rows, self.token_column, self.tag_column)
        if remarks:
            print(f"{path}: {', '.join(remarks)}")
        needed = 1 + max(token + (tag < 0), tag, 1)
        found: list[list[tuple[int, str, str]]] = []
        for place, sentence in enumerate(rows.sentences):
            tagged = []
            for number, line, columns in sentence[header and place == 0 :]:
                if len(columns) < needed or not columns[tag].strip():
                    raise BadData(
                        f"{path}:{number}: {line[:40]!r} has no tag, expected a token and a tag"
                        f"{f' in {needed} columns' if needed > 2 else ''}"
                    )
                if (word := columns[token].strip()) and not word.startswith(DOCUMENT):
                    tagged.append((number, word, columns[tag].strip()))
            if tagged:
                found.append(tagged)
        if not found:
            raise BadData(nothing)
        return found


def read(path: str | Path) -> list[Sentence]:
    """The sentences of a file, as a `Reader` without options reads them."""
    return Reader().read(path)
