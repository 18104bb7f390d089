"""How an option names the examples to set apart: by a share, or by their numbers."""

import re
from collections.abc import Sequence

from gated.errors import BadUsage


def fold_of(names: Sequence[str], option: str) -> tuple[int, int] | None:
    """Of fold:8/10 the 8 and the 10, of anything else None. Raises BadUsage if they do not fit."""
    if len(names) != 1 or not names[0].startswith("fold:"):
        return None
    found = re.fullmatch(r"fold:(\d+)/(\d+)", names[0])
    if not found or int(found[1]) >= int(found[2]):
        raise BadUsage(f"{option} {names[0]}: expected fold:I/N with I below N, such as fold:8/10")
    return int(found[1]), int(found[2])


def share_of(names: Sequence[str]) -> float | None:
    """Of 0.1 or .1 the number, of anything else None."""
    if len(names) == 1 and re.fullmatch(r"0?\.\d+", names[0]):
        return float(names[0])
    return None
