"""The metrics of a tagger: how well it does, what it gets wrong, and where."""

from collections import Counter
from collections.abc import Iterable, Sequence

from gated.metrics.entities import entity_scores
from gated.runs.outputs import Metrics
from gated.text.vocabulary import Vocabulary

from ..reading.conll import Sentence
from ..reading.schemes import Span, spans
from .tagger import Tagger

Entities = list[list[Span]]

_CONFUSIONS = 10


def score(
    tagger: Tagger, sentences: Sequence[Sentence], known: Vocabulary | None = None
) -> Metrics:
    """The metrics of a tagger on sentences.

    Given the entities of its training sentences, also what it mixes up, and the scores of entities
    seen and unseen.
    """
    tags = [sentence.tags for sentence in sentences]
    predicted = tagger.tag_sentences([sentence.tokens for sentence in sentences])
    scores = {"sentences": len(sentences), **entity_scores(tags, predicted)}
    if known:
        true, found = ([spans(one) for one in tagged] for tagged in (tags, predicted))
        scores |= by_acquaintance(sentences, true, found, known)
        scores["confusions"] = [
            {"true": one, "predicted": other, "count": count}
            for (one, other), count in confusions(true, found).most_common(_CONFUSIONS)
        ]
    return scores


def entities_of(sentences: Iterable[Sentence]) -> Vocabulary:
    """The entities of sentences, `TYPE text` each, and how often they occur."""
    return Vocabulary.of(
        _name(sentence.tokens, span) for sentence in sentences for span in spans(sentence.tags)
    )


def confusions(true: Entities, found: Entities) -> Counter[tuple[str, str]]:
    """How often what is there is taken for what.

    A true entity that is not found as it is counts as taken for each entity that overlaps with it,
    `TYPE` if the bounds are the same, `TYPE, other bounds` if not; or for `nothing`. One that is
    found where there is none counts as `nothing` taken for its type.
    """
    counts: Counter[tuple[str, str]] = Counter()
    for trues, founds in zip(true, found, strict=True):
        for one in set(trues) - set(founds):
            others = [other for other in founds if _overlap(one, other)]
            counts.update((one.type, _as(one, other)) for other in others)
            counts[one.type, "nothing"] += not others
        for other in founds:
            counts["nothing", other.type] += not any(_overlap(one, other) for one in trues)
    return +counts


def by_acquaintance(
    sentences: Sequence[Sentence], true: Entities, found: Entities, known: Vocabulary
) -> dict[str, dict]:
    """Precision, recall and F1 of the entities that the training sentences have, and of the others.

    One with the same text and type is `seen`, others are `unseen`.
    """
    right, given, there = Counter[str](), Counter[str](), Counter[str]()
    for sentence, trues, founds in zip(sentences, true, found, strict=True):
        for one in {*trues, *founds}:
            which = "seen" if _name(sentence.tokens, one) in known.counts else "unseen"
            given[which] += one in founds
            there[which] += one in trues
            right[which] += one in founds and one in trues
    return {
        which: {
            "precision": right[which] / max(1, given[which]),
            "recall": right[which] / max(1, there[which]),
            "f1": 2 * right[which] / max(1, given[which] + there[which]),
            "support": there[which],
        }
        for which in ("seen", "unseen")
    }


def _name(tokens: Sequence[str], span: Span) -> str:
    return " ".join((span.type, *tokens[span.start : span.end]))


def _overlap(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end


def _as(one: Span, other: Span) -> str:
    return other.type if one[1:] == other[1:] else f"{other.type}, other bounds"
