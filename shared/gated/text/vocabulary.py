"""The list of known tokens."""

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from gated.errors import BadData

PADDING, UNKNOWN = "", "<UNK>"

_ESCAPES = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_UNESCAPES = {escaped: plain for plain, escaped in _ESCAPES.items()}


class Vocabulary:
    r"""Known tokens, the most frequent first, and how often the corpus has each.

    The id of a token is its place in `tokens`: 0 is padding, 1 is `<UNK>`, any token that is not
    in the list. The course writes a token as the one-hot vector o with a 1 at that place.

    As a file it is text, `token TAB count` a line, with \n, \r, \t and \ escaped.
    """

    def __init__(self, counts: dict[str, int]):
        """Args: counts: the tokens in the order of their ids, without padding and `<UNK>`."""
        self.counts = {
            token: count for token, count in counts.items() if token not in (PADDING, UNKNOWN)
        }
        self.tokens = [PADDING, UNKNOWN, *self.counts]

    @classmethod
    def of(
        cls,
        tokens: Iterable[str] | Mapping[str, int],
        min_count: int = 1,
        most: int | None = None,
    ) -> "Vocabulary":
        """The tokens that occur at least `min_count` times, by falling frequency, then by code.

        Args:
            tokens: or how often each occurs.
            min_count: of a token.
            most: how many at most, the first ones. None: all.
        """
        counts = [item for item in Counter(tokens).items() if item[1] >= min_count]
        return cls(dict(sorted(counts, key=lambda item: (-item[1], item[0]))[:most]))

    def __len__(self) -> int:
        return len(self.tokens)

    def places(self) -> dict[str, int]:
        """The id of each token."""
        return {token: i for i, token in enumerate(self.tokens)}

    def first_rarer_than(self, count: int) -> int:
        """The first id whose token occurs fewer than `count` times, or the length."""
        rare = (i for i, n in enumerate(self.counts.values(), 2) if n < count)
        return next(rare, len(self))

    def save(self, path: Path) -> None:
        lines = (f"{_escape(token)}\t{count}\n" for token, count in self.counts.items())
        path.write_text("".join(lines), encoding="utf-8", newline="\n")

    @classmethod
    def load(cls, path: Path) -> "Vocabulary":
        counts = {}
        # Line by line, so that one that is not UTF-8 is known by its number.
        for number, line in enumerate(path.read_bytes().splitlines(), 1):
            try:
                token, count = line.decode().rsplit("\t", 1)
                counts[_unescape(token)] = int(count)
            except (KeyError, ValueError):
                found = line[:40].decode(errors="replace")
                raise BadData(
                    f"{path}:{number}: expected `token TAB count`, found {found!r}"
                ) from None
        return cls(counts)

    def table(self):
        """The vocabulary as a TensorFlow look-up table from string to id."""
        import tensorflow as tf

        initializer = tf.lookup.KeyValueTensorInitializer(
            tf.constant(self.tokens), tf.range(len(self), dtype=tf.int64)
        )
        return tf.lookup.StaticHashTable(initializer, default_value=1)


def _escape(token: str) -> str:
    return "".join(_ESCAPES.get(character, character) for character in token)


def _unescape(text: str) -> str:
    characters = iter(text)
    return "".join(
        _UNESCAPES[character + next(characters, "")] if character == "\\" else character
        for character in characters
    )
