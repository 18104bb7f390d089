"""What a corpus of speech consists of."""

import json
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from pathlib import Path

from gated.reading.stored import Stored


@dataclass(frozen=True)
class Utterance:
    """A recording, or a segment of one, and what is said in it.

    Attributes:
        name: as the corpus has it.
        text: the transcript as it is written there; empty where there is none.
        audio: the path of the sound file.
        speaker: who speaks; empty where that is not known.
        start: where in the file it begins, in seconds.
        seconds: how long it is; 0, up to the end, until its file has been looked at.
    """

    name: str
    text: str
    audio: str
    speaker: str = ""
    start: float = 0.0
    seconds: float = 0.0


def stored(run: Path, utterances: Iterable[Utterance] = ()) -> Stored[Utterance]:
    """A list of utterances in a file, as `Stored` has it."""

    def encode(utterance: Utterance) -> bytes:
        return json.dumps(astuple(utterance)).encode()

    return Stored(run, utterances, encode, lambda content: Utterance(*json.loads(content)))
