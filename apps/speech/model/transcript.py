"""What is said in a recording, as a model hears it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Word:
    """A word of a transcript.

    Attributes:
        text: without blanks.
        start: where it begins in the recording, in seconds.
        end: where it ends, in seconds.
        confidence: from 0 to 1.
    """

    text: str
    start: float
    end: float
    confidence: float


@dataclass(frozen=True)
class Transcript:
    """What is said in a recording.

    Attributes:
        name: the path of the recording, as it was given.
        seconds: how long the recording is.
        words: one after the other.
        log_p: log P of the transcript, in nats.
    """

    name: str
    seconds: float
    words: tuple[Word, ...]
    log_p: float

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)
