"""How much a language model and the number of words are to count."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import jiwer
import numpy as np
from keras import ops

from gated.compiling import compiled
from gated.ctc import Sum, prefix_beam_search
from gated.training.batches import longest_first

from ..reading.audio import samples
from ..reading.utterance import Utterance
from .batches import padded
from .recogniser import Recogniser

_SECONDS = 60  # of recordings that are searched at once


class Tried(NamedTuple):
    """What a weight and a bonus give."""

    weight: float
    bonus: float
    wer: float
    cer: float


def tune(
    recogniser: Recogniser,
    utterances: Sequence[Utterance],
    weights: Sequence[float],
    bonuses: Sequence[float],
) -> Iterator[Tried]:
    """The error rates with each weight of the language model and each bonus of a word.

    Every recording is heard once.

    Args:
        recogniser: with a language model, and with a bonus.
        utterances: with transcripts.
        weights: as of `Search.weight`.
        bonuses: as of `Search.bonus`.
    """
    scorer = recogniser.scorer
    assert isinstance(scorer, Sum)
    model, count, *others = scorer.scorers
    variables = [variable for one in recogniser.models for variable in one.variables]

    def find(log_p, steps, weight, bonus):
        weighted = [(weight, model), (bonus, count), *zip(scorer.weights[2:], others, strict=True)]
        found = prefix_beam_search(log_p, steps, recogniser.width, Sum(weighted))
        return found.tokens[:, 0], found.counts[:, 0]

    search = compiled(find, variables, of_any_size=True)
    hear = compiled(recogniser.hear, recogniser.model.variables, of_any_size=True)
    lengths = np.array([1 + int(one.seconds * 100) for one in utterances])
    heard = []
    for now in longest_first(lengths, _SECONDS * 100):
        batch = padded([samples(utterances[i], recogniser.rate) for i in now])
        heard.append((now, *hear(*map(ops.convert_to_tensor, batch))))
    said = [" ".join(one.text.split()) for one in utterances]
    for weight in weights:
        for bonus in bonuses:
            given = [ops.convert_to_tensor(one, "float32") for one in (weight, bonus)]
            texts = [""] * len(said)
            for now, log_p, steps in heard:
                tokens, counts = map(ops.convert_to_numpy, search(log_p, steps, *given))
                for i, ids, number in zip(now.tolist(), tokens, counts, strict=False):
                    texts[i] = recogniser.tokens.text(ids[:number])
            yield Tried(weight, bonus, jiwer.wer(said, texts), jiwer.cer(said, texts))
