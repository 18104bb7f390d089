"""Tag schemes: how the tags of a sentence spell out its entities.

BIO2   B- begins every entity, I- goes on with it.
IOB1   I- everywhere; B- only where an entity directly follows one of the same type.
IOBES  B- begins, I- goes on, E- ends, S- is an entity of one token. BIOES is the same scheme,
       BILOU too, with L- for E- and U- for S-; BMES with M- for I-, BMEWO with W- for S- besides.

Tags without a scheme, PER and O, are read as IOB1; those without types, B and I, as of one type.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

# In order of preference: tags that fit several schemes are read by the first.
SCHEMES = {
    "BIO2": "O, B-TYPE, or I-TYPE directly after B-TYPE or I-TYPE",
    "IOB1": "O, I-TYPE, or B-TYPE directly after an entity of that TYPE",
    "IOBES": "O, S-TYPE, or B-TYPE I-TYPE ... E-TYPE",
}
PREFIXES = {"B": "B", "I": "I", "M": "I", "E": "E", "L": "E", "S": "S", "U": "S", "W": "S"}
#: The type of entities whose tags have none.
NO_TYPE = "ENTITY"

_LETTERS = "".join(PREFIXES)


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
    best, misfits = closest(sentences)
    if misfits:
        check(sentences, best)
    return best


def check(sentences: Iterable[Sequence[str]], scheme: str) -> None:
    """Raises TagError for the first tag against a scheme."""
    for number, tags in enumerate(sentences):
        try:
            to_bio2(tags, scheme)
        except TagError as error:
            error.sentence = number
            raise


def closest(sentences: Iterable[Sequence[str]]) -> tuple[str, int]:
    """The scheme that fits best, and how many steps from tag to tag do not fit it."""
    steps = Counter(step for tags in sentences for step in _steps(tags))
    misfits = {
        scheme: sum(n for step, n in steps.items() if _as_bio2(scheme, *step) is None)
        for scheme in SCHEMES
    }
    best = min(misfits, key=misfits.__getitem__)
    return best, misfits[best]


def with_scheme(tags: Iterable[str]) -> tuple[dict[str, str], str]:
    """What stands for each tag of a corpus that has no prefixes, and what is made of them.

    Both are empty for tags of a scheme, and for what are no tags.

    >>> with_scheme(["PER", "O"])[0], with_scheme(["PER-B", "O"])[0], with_scheme("BIO")[0]["B"]
    ({'PER': 'I-PER'}, {'PER-B': 'B-PER'}, 'B-ENTITY')
    """
    tags = set(tags)
    names = sorted(tags - {"O"})
    if not names or any(parse(tag)[0] for tag in names):
        return {}, ""
    if all(tag in PREFIXES for tag in names):
        return {tag: f"{tag}-{NO_TYPE}" for tag in names}, f"tags without types, read as {NO_TYPE}"
    ends = [re.fullmatch(f"(.+)[-_]([{_LETTERS}])", tag) for tag in names]
    if all(ends):
        return {end[0]: f"{end[2]}-{end[1]}" for end in ends if end}, "tags that end in B and I"
    # Where nothing is outside, or a letter stands before the type, they are something else.
    if "O" not in tags or any(re.match(r"(\w?[-_])|\W|.*\s", tag) for tag in names):
        return {}, ""
    return (
        {tag: f"I-{tag}" for tag in names},
        "tags without a scheme: neighbours of one type are one entity",
    )


def read_as_conlleval(tags: Sequence[str]) -> tuple[str, ...]:
    """The entities that the scorer of the CoNLL shared tasks finds in tags of any scheme, in BIO2.

    An entity begins where a prefix says so, or the type changes, or nothing is there to go on with.
    Raises TagError on what is no tag.
    """
    result = []
    last, last_type = "O", ""
    for index, tag in enumerate(tags):
        prefix, type_ = parse(tag)
        if not prefix:
            raise TagError(f"tag {tag!r}, expected O, or B-TYPE, I-TYPE and the like", index)
        begins = prefix in {"B", "S"} or last in {"O", "E", "S"} or type_ != last_type
        result.append("O" if prefix == "O" else f"{'B' if begins else 'I'}-{type_}")
        last, last_type = prefix, type_
    return tuple(result)


def mended(tags: Sequence[str], bio2_tags: Sequence[str], scheme: str) -> list[int]:
    """The places of the tags that have another prefix where a scheme spells the same entities."""
    spell: dict[str, Callable[[Sequence[str]], list[str]]] = {
        "BIO2": list,
        "IOB1": to_iob1,
        "IOBES": to_iobes,
    }
    spelled = spell[scheme](bio2_tags)
    return [
        place
        for place, (tag, right) in enumerate(zip(tags, spelled, strict=True))
        if parse(tag) != parse(right)
    ]


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


def to_iob1(bio2_tags: Sequence[str]) -> list[str]:
    """The same entities in IOB1.

    >>> to_iob1(["B-PER", "B-PER", "B-LOC"])
    ['I-PER', 'B-PER', 'I-LOC']
    """
    return [
        f"I-{tag[2:]}" if tag[0] == "B" and before[1:] != tag[1:] else tag
        for before, tag in pairwise(("O", *bio2_tags))
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
    """Prefix (of B, I, E, S) and type of a tag; both empty where it has not the form of one.

    >>> parse("L-creative-work"), parse("B_LOC"), parse("O"), parse("PER")
    (('E', 'creative-work'), ('B', 'LOC'), ('O', ''), ('', ''))
    """
    if tag == "O":
        return "O", ""
    prefix, type_ = tag[:1], tag[2:]
    fits = prefix in PREFIXES and tag[1:2] in {"-", "_"} and type_
    return (PREFIXES[prefix], type_) if fits else ("", "")


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
