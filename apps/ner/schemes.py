"""Tag schemes: how the tags of a sentence spell out its entities.

BIO2   B- begins every entity, I- goes on with it.
IOB1   I- everywhere; B- only where an entity directly follows one of the same type.
IOBES  B- begins, I- goes on, E- ends, S- is an entity of one token. BIOES is the same scheme,
       BILOU too, with L- for E- and U- for S-.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

# In order of preference: tags that fit several schemes are read by the first.
SCHEMES = {
    "BIO2": "O, B-TYPE, or I-TYPE directly after B-TYPE or I-TYPE",
    "IOB1": "O, I-TYPE, or B-TYPE directly after an entity of that TYPE",
    "IOBES": "O, S-TYPE, or B-TYPE I-TYPE ... E-TYPE",
}
PREFIXES = {"B": "B", "I": "I", "E": "E", "L": "E", "S": "S", "U": "S"}


class Span(NamedTuple):
    """An entity: the tokens from `start` up to, not including, `end`."""

    type: str
    start: int
    end: int


class TagError(ValueError):
    """A tag that breaks its scheme. It is tag `index` of sentence `sentence`, from 0."""

    def __init__(self, message: str, index: int, sentence: int = 0):
        super().__init__(message)
        self.index = index
        self.sentence = sentence


def detect(sentences: Sequence[Sequence[str]]) -> str:
    """The scheme of a whole corpus, a key of SCHEMES; BIO2 where there are no entities.

    Raises TagError where none fits, for the first tag against the scheme that fits best.
    """
    steps = Counter(step for tags in sentences for step in _steps(tags))
    misfits = {
        scheme: sum(n for step, n in steps.items() if _as_bio2(scheme, *step) is None)
        for scheme in SCHEMES
    }
    best = min(misfits, key=misfits.__getitem__)
    if misfits[best]:
        for number, tags in enumerate(sentences):
            try:
                to_bio2(tags, best)
            except TagError as error:
                error.sentence = number
                raise
    return best


def to_bio2(tags: Sequence[str], scheme: str) -> tuple[str, ...]:
    """The tags of one sentence in BIO2. Raises TagError on one impossible in `scheme`."""
    result = []
    for index, (before, tag) in enumerate(_steps(tags)):
        new = _as_bio2(scheme, before, tag)
        if new is None:
            found = f"tag {tag!r} after {before!r}" if index else f"first tag {tag!r}"
            if index == len(tags):
                found, index = f"last tag {before!r}", index - 1
            raise TagError(f"{found}, expected {SCHEMES[scheme]} ({scheme})", index)
        result.append(new)
    return tuple(result[:-1])


def to_iobes(bio2_tags: Sequence[str]) -> list[str]:
    """The same entities in IOBES.

    >>> to_iobes(["B-PER", "I-PER", "O", "B-LOC"])
    ['B-PER', 'E-PER', 'O', 'S-LOC']
    """
    last = {"B": "S", "I": "E"}
    return [
        tag if after.startswith("I-") else last.get(tag[0], tag[0]) + tag[1:]
        for tag, after in pairwise((*bio2_tags, "O"))
    ]


def spans(bio2_tags: Iterable[str]) -> list[Span]:
    """The entities, read strictly: an I- that does not go on with an entity is outside."""
    found: list[Span] = []
    for index, tag in enumerate(bio2_tags):
        prefix, _, type_ = tag.partition("-")
        if prefix == "B":
            found.append(Span(type_, index, index + 1))
        elif prefix == "I" and found and (found[-1].type, found[-1].end) == (type_, index):
            found[-1] = found[-1]._replace(end=index + 1)
    return found


def parse(tag: str) -> tuple[str, str]:
    """Prefix (L- as E-, U- as S-) and type of a tag; both empty where it has not the form of one.

    >>> parse("L-creative-work"), parse("O"), parse("PER")
    (('E', 'creative-work'), ('O', ''), ('', ''))
    """
    if tag == "O":
        return "O", ""
    prefix, _, type_ = tag.partition("-")
    return (PREFIXES[prefix], type_) if prefix in PREFIXES and type_ else ("", "")


def _steps(tags: Sequence[str]) -> Iterable[tuple[str, str]]:
    """Each tag with the one before. The last step leaves the sentence: IOBES must have closed."""
    return pairwise(("O", *tags, "O"))


@lru_cache(maxsize=4096)  # a corpus has few distinct pairs of tags and many tokens
def _as_bio2(scheme: str, before: str, tag: str) -> str | None:
    """`tag` in BIO2, or None where `scheme` has no such tag after `before`."""
    (last, last_type), (prefix, type_) = parse(before), parse(tag)
    same = type_ == last_type != ""
    match scheme:
        case "BIO2":
            fits = prefix in {"O", "B"} or (prefix == "I" and same)
        case "IOB1":
            fits = prefix in {"O", "I"} or (prefix == "B" and same)
        case "IOBES" if last in {"B", "I"}:
            fits = prefix in {"I", "E"} and same
        case "IOBES":
            fits = prefix in {"O", "B", "S"}
        case _:
            raise ValueError(f"scheme {scheme!r}, expected one of {', '.join(SCHEMES)}")
    if not fits:
        return None
    if prefix == "O":
        return "O"
    begins = prefix in {"B", "S"} or not same
    return f"B-{type_}" if begins else f"I-{type_}"
