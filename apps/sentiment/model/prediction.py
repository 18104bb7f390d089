"""What a classifier finds in a text."""

from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True)
class Word:
    """A word of a text, where it is in characters, and what it adds to the class."""

    word: str
    start: int
    end: int
    contribution: float


class Prediction(NamedTuple):
    """A text, the probability of each class, and the words that are read if they are explained."""

    text: str
    probabilities: dict[str, float]
    words: list[Word] | None = None

    @property
    def label(self) -> str:
        return max(self.probabilities, key=self.probabilities.__getitem__)
