"""What a tagger finds in a text."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ..reading.schemes import Span, spans


class Entity(NamedTuple):
    """An entity, where it starts and ends in characters, and its probability if that is known."""

    text: str
    type: str
    start: int
    end: int
    probability: float | None = None


@dataclass(frozen=True)
class Tagging:
    """The tags of a sentence, the entities that they spell, and their probability as a whole."""

    tags: list[str]
    entities: list[Entity]
    probability: float


@dataclass(frozen=True)
class TaggedSentence:
    """A sentence with its taggings, the likeliest first.

    `offsets[j]` is where token j starts and ends in the text, in characters; `probabilities[j]`
    is that of its tag in the likeliest tagging.
    """

    tokens: list[str]
    offsets: list[list[int]]
    probabilities: list[float]
    taggings: list[Tagging]


@dataclass(frozen=True)
class TaggedText:
    """A text and its sentences. One without tokens has none."""

    text: str
    sentences: list[TaggedSentence]

    @property
    def entities(self) -> list[Entity]:
        return [one for sentence in self.sentences for one in sentence.taggings[0].entities]


def entity(
    text: str, offsets: Sequence[Sequence[int]], span: Span, probability: float | None = None
) -> Entity:
    """The entity that a span of tokens is."""
    start, end = offsets[span.start][0], offsets[span.end - 1][1]
    return Entity(text[start:end], span.type, start, end, probability)


def entities(
    text: str, tags: Sequence[str], offsets: Sequence[Sequence[int]], sentences: Sequence[int]
) -> Iterable[Entity]:
    """The entities of a text, given the tag, the offsets and the sentence of each of its tokens."""
    for number in sorted(set(sentences)):
        places = [i for i, sentence in enumerate(sentences) if sentence == number]
        for span in spans(tags[i] for i in places):
            yield entity(text, [offsets[i] for i in places], span)
