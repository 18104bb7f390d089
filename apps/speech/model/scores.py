"""The metrics of a recogniser."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

import jiwer

from gated.commands.outputs import Metrics
from gated.commands.progress import bar_of

from ..reading.audio import samples
from ..reading.pauses import Segment
from ..reading.utterance import Utterance
from .recogniser import Recogniser

_WORST = 10


def score(recogniser: Recogniser, utterances: Sequence[Utterance]) -> Metrics:
    """Word and character error rates with their three errors, by speaker, and the worst ones.

        WER = (S + D + I) / N      words replaced, left out and put in, of N that were said

    CER likewise of characters, the blanks between words among them.
    """
    found = []
    rate = recogniser.rate
    recordings = ((one.name, [Segment(0.0, samples(one, rate), False)]) for one in utterances)
    with bar_of(len(utterances), "Transcribing") as advance:
        for transcript in recogniser.transcribe(recordings):
            found.append(transcript.text)
            advance(1)
    said = [" ".join(one.text.split()) for one in utterances]
    speakers: dict[str, list[int]] = defaultdict(list)
    for i, one in enumerate(utterances):
        speakers[one.speaker].append(i)
    return {
        "utterances": len(utterances),
        "seconds": sum(one.seconds for one in utterances),
        **_of(said, found, range(len(said))),
        "by_speaker": {
            speaker: _of(said, found, places) for speaker, places in sorted(speakers.items())
        },
        "worst": _worst(utterances, said, found),
    }


def _worst(
    utterances: Sequence[Utterance], said: Sequence[str], found: Sequence[str]
) -> list[Metrics]:
    """Those with the most words wrong, where any is."""
    rows = []
    for one, reference, text in zip(utterances, said, found, strict=True):
        if reference and reference != text:
            wrong = jiwer.process_words(reference, text)
            errors = wrong.substitutions + wrong.deletions + wrong.insertions
            rows.append((errors, {"name": one.name, "said": reference, "transcribed": text}))
    return [row for _, row in sorted(rows, key=lambda row: -row[0])[:_WORST]]


def _of(said: Sequence[str], found: Sequence[str], places: Iterable[int]) -> Metrics:
    pairs = [(said[i], found[i]) for i in places if said[i]]
    if not pairs:
        return {}
    references, hypotheses = map(list, zip(*pairs, strict=True))
    words = jiwer.process_words(references, hypotheses)
    characters = jiwer.process_characters(references, hypotheses)
    return {
        "wer": words.wer,
        "cer": characters.cer,
        "words": words.hits + words.substitutions + words.deletions,
        "substitutions": words.substitutions,
        "deletions": words.deletions,
        "insertions": words.insertions,
    }
