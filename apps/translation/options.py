"""The options that commands of translation share: how translations are searched for or drawn."""

from dataclasses import dataclass
from typing import Annotated

from tyro.conf import arg

from gated.commands.options import (
    SamplingSeed,
    Temperature,
    TopK,
    TopP,
    at_least,
    check_values,
)
from gated.errors import BadUsage

Alpha = Annotated[
    float,
    arg(
        help="How much a long translation is favoured: log P is divided by ((5 + T_y) / 6)^alpha. "
        "0: by log P alone."
    ),
    at_least(0),
]


@dataclass(frozen=True)
class Search:
    """How translations are searched for."""

    #: How many translations are searched among at each step; 1 takes the likeliest token.
    beams: Annotated[int, at_least(1)] = 5
    alpha: Alpha = 1.0
    #: How much one is favoured that has looked at all of the source, its coverage.
    beta: Annotated[float, at_least(0)] = 0.0

    def __post_init__(self):
        check_values(Search, vars(self))


@dataclass(frozen=True)
class Sampling:
    """How translations are drawn."""

    temperature: Temperature = 1.0
    top_k: TopK = 0
    top_p: TopP = 1.0
    seed: SamplingSeed = 0

    def __post_init__(self):
        check_values(Sampling, vars(self))


USUAL_SEARCH, USUAL_SAMPLING = Search(), Sampling()


def chosen(sample: bool, search: Search, sampling: Sampling, best: int) -> Search | Sampling:
    """How `predict` finds so many translations of a text.

    Raises BadUsage on options of the one way beside the other, and on more than there are beams.
    """
    if sample:
        if search != USUAL_SEARCH:
            raise BadUsage("--sample searches for nothing: give no --beams, --alpha or --beta")
        return sampling
    if sampling != USUAL_SAMPLING:
        raise BadUsage("--temperature, --top-k, --top-p and --seed go with --sample")
    if best > search.beams:
        raise BadUsage(f"--best {best}: expected at most --beams, {search.beams}")
    return search
