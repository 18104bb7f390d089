"""Tag schemes: which tags may follow each other, and which spell out an entity.

BIO2   O, B-TYPE, or I-TYPE directly after B-TYPE or I-TYPE of that type.
IOBES  O, S-TYPE, or B-TYPE I-TYPE ... E-TYPE.
"""

from collections.abc import Sequence

import numpy as np
from keras import ops

from gated.crf.chain import IMPOSSIBLE

# Of an entity, the letter of its first token, those between, its last, its only one; and what
# after it would go on with it.
_LETTERS = {"BIO2": ("B", "I", "I", "B", "I"), "IOBES": ("B", "I", "E", "S", None)}


def entity_types(tags: Sequence[str], scheme: str) -> list[str]:
    """The types of the entities that tags name, in the order of their first tags.

    Raises:
        ValueError: on an unknown scheme, or a tag that is none of its.
    """
    if scheme not in _LETTERS:
        raise ValueError(f"`scheme` must be one of {list(_LETTERS)}. Received: scheme={scheme!r}")
    types: dict[str, None] = {}
    for tag in tags:
        letter, type_ = _parse(tag)
        if tag != "O" and not (letter in _LETTERS[scheme] and type_):
            raise ValueError(f"{tag!r} is not a tag of the scheme {scheme}")
        types[type_] = None
    return [type_ for type_ in types if type_]


def allowed_transitions(tags: Sequence[str], scheme: str) -> np.ndarray:
    """Which tag, by the column, may follow which, by the row: booleans [k + 1, k + 1].

    The last row and column are the outside of the sentence.

    Raises:
        ValueError: where there are lengths that no sequence of these tags has.
    """
    around = [*tags, "O"]
    allowed = np.array([[_may_follow(scheme, one, next_) for next_ in around] for one in around])
    reached, seen = allowed[-1, :-1], set()
    while reached.tobytes() not in seen:
        seen.add(reached.tobytes())
        if not (reached & allowed[:-1, -1]).any():
            raise ValueError(
                f"There is no sequence of {len(seen)} of the tags {list(tags)} in {scheme}"
            )
        reached = (reached[:, None] & allowed[:-1, :-1]).any(axis=0)
    return allowed


def entity_tags(tags: Sequence[str], scheme: str) -> np.ndarray:
    """The ids of the tags of each type of entity, int32 [types, 5], -1 for a tag there is not.

    Those of its first token, the ones between, its last, its only one; and the one that would go
    on with it after its end.
    """
    place = {tag: i for i, tag in enumerate(tags)}
    return np.array(
        [
            [place.get(f"{letter}-{type_}", -1) for letter in _LETTERS[scheme]]
            for type_ in entity_types(tags, scheme)
        ],
        "int32",
    )


def only_with_entity(scores, mask, entities, starts, ends, types):
    """Scores that leave only the paths in which one entity stands.

    Args:
        scores: [b, t, k].
        mask: booleans [b, t].
        entities: what `entity_tags` gives.
        starts: integers [b, n], the first steps of n entities.
        ends: integers [b, n], the steps after their last ones.
        types: integers [b, n], rows of `entities`.

    Returns:
        Scores [b, n, t, k]; and booleans [b, n], whether there are unmasked steps in it.
    """
    tags, length = scores.shape[-1], ops.shape(scores)[1]
    # Places among the steps that count.
    before = ops.cumsum(ops.cast(mask, "int32"), axis=1)
    before = ops.pad(before, ((0, 0), (1, 0)))  # [b, t + 1]
    first, after = (
        ops.take_along_axis(before, ops.clip(ops.cast(x, "int32"), 0, length), axis=1)
        for x in (starts, ends)
    )
    there = first < after
    place, first, after = before[:, None, :-1], first[..., None], after[..., None]
    spelled = ops.take(entities, ops.where(there, ops.cast(types, "int32"), 0), axis=0)
    begin, inside, end, single, goes_on = (spelled[..., i, None] for i in range(5))  # [b, n, 1]
    tag = ops.where(place == first, begin, ops.where(place == after - 1, end, inside))
    tag = ops.where(after - first == 1, single, tag)  # [b, n, t]
    ids = ops.arange(tags, dtype="int32")
    within = (place >= first) & (place < after)
    allowed = ops.where(within[..., None], ids == tag[..., None], ids != goes_on[..., None])
    allowed = allowed | ((place < first) | (place > after))[..., None]
    return ops.where(allowed, scores[:, None], ops.cast(IMPOSSIBLE, scores.dtype)), there


def _parse(tag):
    letter, _, type_ = tag.partition("-")
    return letter, type_


def _may_follow(scheme, tag, next_):
    (letter, type_), (next_letter, next_type) = _parse(tag), _parse(next_)
    if scheme == "BIO2":
        return next_letter != "I" or type_ == next_type
    if letter in {"B", "I"}:
        return next_letter in {"I", "E"} and type_ == next_type
    return next_letter in {"O", "B", "S"}
