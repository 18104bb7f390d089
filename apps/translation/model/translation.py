"""A translation as commands show it."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Translation:
    """A translation.

    Attributes:
        text: as it is written.
        source_tokens: of what it translates, without `<EOS>`.
        tokens: the target tokens, without `<EOS>`.
        log_p: log P of all, `<EOS>` among them, in nats.
        score: by which translations of a source are ranked.
        weights: what each token, and `<EOS>`, looked at, [t, t'], of the source's tokens and its
            `<EOS>`. One that was cut off has no `<EOS>`.
    """

    text: str
    source_tokens: list[str]
    tokens: list[str]
    log_p: float
    score: float
    weights: np.ndarray
