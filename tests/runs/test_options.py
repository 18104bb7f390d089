"""What the types of options and arguments check."""

from typing import Annotated

import pytest

from gated.errors import BadUsage
from gated.runs.options import Units, at_least, between, check_arguments


def command(
    units: Units[int | None] = None, *, top_k: Annotated[int, between(0, 9)] = 0, name: str = ""
) -> None:
    check_arguments(command, locals())


def test_arguments_that_fit():
    command()
    command(1, top_k=9)


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"units": 0}, "--units 0: expected at least 1"),
        ({"top_k": -1}, "--top-k -1: expected 0 to"),
    ],
)
def test_arguments_that_do_not_fit(given, problem):
    with pytest.raises(BadUsage, match=f"^{problem}"):
        command(**given)


def test_not_a_number_fits_nothing():
    assert not at_least(0).fits(float("nan"))
    assert not between(0, 1).fits(float("nan"))
