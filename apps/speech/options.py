"""The options that commands of speech recognition share: how transcripts are searched for."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from gated.commands.options import at_least, check_values
from gated.errors import BadUsage

_USUAL_BEAMS = 20


@dataclass(frozen=True)
class Search:
    """How transcripts are searched for."""

    #: How many beginnings of a transcript are searched among at each step; 1 takes the likeliest
    #: token. Nothing: 1, and 20 with what is below.
    beams: Annotated[int | None, at_least(1)] = None
    #: The run folder of a language model (apps.lm.train) of characters or of words, trained on text
    #: as the transcripts have it, whose log P is added.
    language_model: Path | None = None
    #: The weight of that log P.
    weight: Annotated[float, at_least(0)] = 0.5
    #: What each word adds, in nats: more for longer transcripts.
    bonus: float = 0.0
    #: A file with a word a line: no other word is written.
    vocabulary: Path | None = None
    #: Words or phrases that are likely to be said.
    hot_words: tuple[str, ...] = ()
    #: What each character of one adds, in nats.
    hot_bonus: Annotated[float, at_least(0)] = 1.0

    def __post_init__(self):
        check_values(Search, vars(self))
        if self.beams == 1 and self.scored:
            raise BadUsage("--beams 1 takes the likeliest tokens as they sound: give more beams")

    @property
    def scored(self) -> bool:
        """Whether anything but the sound counts."""
        return bool(self.language_model or self.bonus or self.vocabulary or self.hot_words)

    @property
    def width(self) -> int:
        return self.beams or (_USUAL_BEAMS if self.scored else 1)


USUAL_SEARCH = Search()
