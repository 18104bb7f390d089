"""Text as the tokens of a model that writes another text, and can copy what it does not know.

In a source each unknown token is replaced by a placeholder: <1> is the first of the text, wherever
it occurs again, <2> the second different one, and so on. Where tokens are pieces of words, or
characters, it stands for all characters of a word that are unknown and side by side: for a word of
another script it is one. In the target the same tokens are replaced by the same placeholders, by
which a model learns to copy them, and in what it writes they stand for those of the source. The
text `<1>` is other tokens: no text has a placeholder.

As in Luong, Sutskever, Le, Vinyals, Zaremba 2015, "Addressing the rare word problem in neural
machine translation", section 3.1, but in the order of the source.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby, starmap
from pathlib import Path

import numpy as np

from gated.errors import BadData, BadUsage
from gated.text import subwords
from gated.text.codec import EOS
from gated.text.levels import PLACEHOLDERS, Level
from gated.text.vocabulary import PADDING, UNKNOWN, Vocabulary
from gated.text.words import JOINER, RAW_JOINER
from gated.whole import write_whole

_CACHED = 2**17  # chunks of text between white space,
_LONGEST = 64  # with at most so many characters


class CopyingCodec(Level):
    """Between texts and token ids.

    Ids are 0 for padding, 1 `<UNK>`, 2 `<EOS>`, then the placeholders, then the known tokens, the
    most frequent first. Without `<EOS>` at the end of what is encoded; decoding ends at the first.
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        level: str = "subword",
        tokenized: bool = False,
        merges: Iterable[subwords.Pair] = (),
    ):
        """As `learn` and `load` make them.

        Args:
            vocabulary: the first of its tokens are `special`.
            level: `subword`, `word` or `char`.
            tokenized: whether texts have a space between all tokens already.
            merges: of subwords, in order.
        """
        super().__init__(level, tokenized)
        self.vocabulary = vocabulary
        self.places = vocabulary.places()
        self.unknown, self.eos = self.places[UNKNOWN], self.places[EOS]
        first = len(self.special)
        self._known = known = {token: i for token, i in self.places.items() if i >= first}
        #: Of a placeholder: with and without joiners.
        self.forms = len(self.placeholders) // PLACEHOLDERS
        self.merges = list(merges)
        self._merges = {
            (known[left], known[right]): (rank, known[subwords.merged(left, right)])
            for rank, (left, right) in enumerate(self.merges)
        }
        #: Of parts of texts met before.
        self.cached: dict[str, list[int | str]] = {}

    def __len__(self):
        return len(self.vocabulary)

    @property
    def placeholders(self) -> range:
        """Their ids, in the order of what they stand for."""
        return range(self.eos + 1, len(self.special))

    @classmethod
    def learn(
        cls,
        texts: Iterable[str],
        size: int,
        level: str = "subword",
        tokenized: bool = False,
        min_count: int = 2,
    ) -> "CopyingCodec":
        """That of a training set.

        Args:
            texts: in one language, or in two that are to share their tokens.
            size: the most ids that there shall be.
            level: as in the constructor.
            tokenized: likewise.
            min_count: what occurs less often is unknown, of words in pieces a character, or one
                form of it: at the beginning of a word or within, before another or not.
        """
        cut = Level(level, tokenized)
        chunks, found = Counter[str](), Counter[str]()
        lines = 0
        for text in texts:
            chunks.update(cut.chunks(text))
            lines += 1
        for chunk, count in chunks.items():
            for word in cut.words(chunk):
                for symbol in [word] if level == "subword" else cut.symbols(word):
                    found[symbol] += count
        room = size - len(cut.special)
        if room < 1:
            least = len(cut.special)
            raise BadUsage(f"a vocabulary of {size} tokens, expected more than {least}")
        merges: list[subwords.Pair] = []
        if level == "subword":
            known, merges = _learn(found, room, min_count, cut.special)
        else:
            known = _most_frequent(found, room, min_count, cut.special)
        counts = dict.fromkeys(cut.special[2:], 0) | {EOS: lines} | Vocabulary.of(known, 0).counts
        return cls(Vocabulary(counts), level, tokenized, merges)

    def save(self, folder: Path, name: str = "") -> None:
        """Writes files, whose names begin with `name`."""
        write_whole(folder / f"{name}tokens.txt", self.vocabulary.save)
        if self.level == "subword":
            write_whole(folder / f"{name}merges.txt", lambda path: subwords.save(self.merges, path))

    @classmethod
    def load(
        cls, folder: Path, level: str = "subword", tokenized: bool = False, name: str = ""
    ) -> "CopyingCodec":
        """Raises BadData, with path and line, where the files are damaged."""
        path = folder / f"{name}tokens.txt"
        vocabulary = Vocabulary.load(path)
        special = Level(level, tokenized).special
        if vocabulary.tokens[: len(special)] != special:
            first = f"{special[2]}, {special[3]} to {special[-1]}"
            raise BadData(f"{path}:1: expected {first} as the first tokens")
        merges: list[subwords.Pair] = []
        if level == "subword":
            known = set(vocabulary.tokens[len(special) :])
            merges = subwords.load(folder / f"{name}merges.txt", known)
        return cls(vocabulary, level, tokenized, merges)

    def split(self, text: str) -> list[str]:
        """The tokens of a text; those that are unknown are as they are in the text."""
        found = self._find(text, ())
        return [one if isinstance(one, str) else self.vocabulary.tokens[one] for one in found]

    def encode(self, source: str, hidden: Sequence[str] = ()) -> tuple[np.ndarray, tuple[str, ...]]:
        """The ids of a source, int32 [t], and what the placeholders stand for.

        Args:
            source: the text.
            hidden: words and marks, as `common` gives them, that shall be as unknown ones, so that
                a model learns to copy where a corpus has little that is rare in both languages.
        """
        found = self._find(source, hidden)
        names: dict[str, int] = {}
        for token in found:
            if isinstance(token, str) and len(names) < PLACEHOLDERS:
                names.setdefault(self.name(token), len(names))
        return self._replace(found, names), tuple(names)

    def encode_target(self, target: str, names: Sequence[str] = ()) -> np.ndarray:
        """The ids of a target, int32 [t].

        Args:
            target: the text.
            names: what the placeholders of its source stand for. They are put for the same words,
                be these known, and for what else is the same and unknown. The rest that is unknown
                is `<UNK>`.
        """
        found = self._find(target, names)
        return self._replace(found, {name: number for number, name in enumerate(names)})

    def tokens(self, ids: Iterable[int], names: Sequence[str] = ()) -> list[str]:
        """The tokens up to `<EOS>`, without padding, the source's in the place of placeholders.

        A placeholder that stands for nothing is `<UNK>`.
        """
        found = []
        for i in map(int, ids):
            token = self.vocabulary.tokens[i]
            if token == EOS:
                break
            if i in self.placeholders:
                number = (i - self.placeholders.start) // self.forms
                name = names[number] if number < len(names) else None
                token = token.replace(f"<{number + 1}>", self._within(name)) if name else UNKNOWN
            if token != PADDING:
                found.append(token)
        return found

    def decode(self, ids: Iterable[int], names: Sequence[str] = ()) -> str:
        """The text of ids up to `<EOS>`."""
        return self.join(self.tokens(ids, names))

    def _find(self, text: str, hidden: Sequence[str]) -> list[int | str]:
        """Ids, and the unknown tokens."""
        found: list[int | str] = []
        cache = self.cached
        hidden = [name for name in hidden if name in text]
        for chunk in self.chunks(text):
            if hidden and any(name in chunk for name in hidden):
                found += self._cut(chunk, hidden)
                continue
            ids = cache.get(chunk)
            if ids is None:
                ids = self._cut(chunk)
                if len(cache) >= _CACHED:
                    cache.clear()
                if len(chunk) <= _LONGEST:
                    cache[chunk] = ids
            found += ids
        return found

    def _cut(self, chunk: str, hidden: Sequence[str] = ()) -> list[int | str]:
        found: list[int | str] = []
        for word in self.words(chunk):
            if hidden and self.name(word) in hidden:
                found.append(word)
                continue
            ids: list[int | str] = []
            for is_known, some in groupby(self.symbols(word), self._known.__contains__):
                if is_known:
                    ids += [self._known[symbol] for symbol in some]
                else:
                    ids.append(self.together(some))
            found += subwords.merge(ids, self._merges) if self._merges else ids
        return found

    def _replace(self, found: list[int | str], names: dict[str, int]) -> np.ndarray:
        if str in map(type, found):
            found = [self._place(one, names) if isinstance(one, str) else one for one in found]
        return np.array(found, "int32")

    def _place(self, token: str, names: dict[str, int]) -> int:
        number = names.get(self.name(token))
        if number is None:
            return self.unknown
        left = self.joiners and token.startswith(JOINER)
        right = self.joiners and token.endswith(JOINER)
        return self.placeholders.start + self.forms * number + left + 2 * right

    def _within(self, name: str) -> str:
        return name.replace(JOINER, RAW_JOINER) if self.joiners else name


def _most_frequent(
    counts: Mapping[str, int], most: int, min_count: int, special: Iterable[str]
) -> dict[str, int]:
    allowed = {token: counts[token] for token in counts.keys() - special}
    return dict(list(Vocabulary.of(allowed, min_count).counts.items())[:most])


def _learn(
    words: Mapping[str, int], size: int, min_count: int, special: Iterable[str]
) -> tuple[dict[str, int], list[subwords.Pair]]:
    """The tokens that words are pieces of, with their counts, and the merges."""
    spelled = [(subwords.symbols(word), count) for word, count in words.items()]
    characters = Counter[str]()
    for symbols, count in spelled:
        for symbol in symbols:
            characters[symbol] += count
    known = _most_frequent(characters, size, min_count, special)
    parts = Counter[tuple[str, ...]]()
    for symbols, count in spelled:
        for piece in subwords.pieces(symbols):
            for is_known, some in groupby(piece, known.__contains__):
                if is_known:
                    parts[tuple(some)] += count
    merges = subwords.learn(parts, size, forbidden=special)
    counts = dict.fromkeys([*known, *starmap(subwords.merged, merges)], 0)
    ranks = {pair: (rank, subwords.merged(*pair)) for rank, pair in enumerate(merges)}
    for part, count in parts.items():
        for token in subwords.merge(part, ranks):
            counts[token] += count
    return counts, merges
