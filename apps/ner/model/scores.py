"""The metrics of a tagger: how well it does, what it gets wrong, and where."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from gated.commands.outputs import Metrics
from gated.metrics.entities import EntityCounts
from gated.text.vocabulary import Vocabulary

from ..reading.conll import Sentence
from ..reading.schemes import Span, spans
from .tagger import Tagger

Spans = Sequence[Span]

_CONFUSIONS = 10
_SENTENCES = 2**14  # that are tagged at once


def score(
    tagger: Tagger,
    sentences: Sequence[Sentence],
    known: Vocabulary | None = None,
    advance: Callable[[int], object] = lambda count: None,
) -> Metrics:
    """The metrics of a tagger on sentences, of which some are in memory at a time.

    Given the entities of its training sentences, also what it mixes up, and the scores of entities
    seen and unseen.

    Args: advance: is told how many sentences are through.
    """
    counts, seen, mixed = EntityCounts(), Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for start in range(0, len(sentences), _SENTENCES):
        some = list(sentences[start : start + _SENTENCES])
        predicted = tagger.tag_sentences([one.tokens for one in some])
        true, found = [spans(one.tags) for one in some], [*map(spans, predicted)]
        counts.add(true, found)
        if known:
            seen += by_acquaintance(some, true, found, known)
            mixed += confusions(true, found)
        advance(len(some))
    scores = {"sentences": len(sentences), **counts.scores()}
    if known:
        scores |= acquaintance_scores(seen)
        scores["confusions"] = [
            {"true": one, "predicted": other, "count": count}
            for (one, other), count in mixed.most_common(_CONFUSIONS)
        ]
    return scores


def entities_of(sentences: Iterable[Sentence]) -> Vocabulary:
    """The entities of sentences, `TYPE text` each, and how often they occur."""
    return Vocabulary.of(
        _name(sentence.tokens, span) for sentence in sentences for span in spans(sentence.tags)
    )


def confusions(true: Sequence[Spans], found: Sequence[Spans]) -> Counter[tuple[str, str]]:
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
    sentences: Sequence[Sentence], true: Sequence[Spans], found: Sequence[Spans], known: Vocabulary
) -> Counter[tuple[str, str]]:
    """How many entities are `right`, `given` and `there`, `seen` and `unseen`.

    One with the text and type of an entity of the training sentences is `seen`.
    """
    counts: Counter[tuple[str, str]] = Counter()
    for sentence, trues, founds in zip(sentences, true, found, strict=True):
        for one in {*trues, *founds}:
            which = "seen" if _name(sentence.tokens, one) in known.counts else "unseen"
            counts[which, "given"] += one in founds
            counts[which, "there"] += one in trues
            counts[which, "right"] += one in founds and one in trues
    return counts


def acquaintance_scores(counts: Counter[tuple[str, str]]) -> dict[str, dict]:
    """Precision, recall and F1 of the `seen` and the `unseen` of `by_acquaintance`."""
    found = {}
    for which in ("seen", "unseen"):
        right, given, there = (counts[which, what] for what in ("right", "given", "there"))
        found[which] = {
            "precision": right / max(1, given),
            "recall": right / max(1, there),
            "f1": 2 * right / max(1, given + there),
            "support": there,
        }
    return found


def _name(tokens: Sequence[str], span: Span) -> str:
    return " ".join((span.type, *tokens[span.start : span.end]))


def _overlap(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end


def _as(one: Span, other: Span) -> str:
    return other.type if one[1:] == other[1:] else f"{other.type}, other bounds"
