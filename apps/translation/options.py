"""The options that commands of translation share."""

from typing import Annotated

from tyro.conf import arg

from gated.commands.options import at_least

Beams = Annotated[
    int,
    arg(help="How many translations are searched among at each step; 1 takes the likeliest token."),
    at_least(1),
]
Alpha = Annotated[
    float,
    arg(
        help="How much a long translation is favoured: log P is divided by ((5 + T_y) / 6)^alpha. "
        "0: by log P alone."
    ),
    at_least(0),
]
Beta = Annotated[
    float,
    arg(help="How much one is favoured that has looked at all of the source, its coverage."),
    at_least(0),
]
