"""How far an interrupted output in CoNLL form goes."""

import pytest

from apps.ner.showing.conll import after
from gated.commands.inputs import Given
from gated.commands.outputs import Done
from gated.errors import BadUsage

TEXTS = ["", "Mary met Joan. She left.", " ", "Venice", "", "Joan"]
SENTENCES = [["Mary", "met", "Joan", "."], ["She", "left", "."], ["Venice"], ["Joan"]]


def found(count, last):
    sizes = []
    given = (Given(text, None, i, f"x:{i}") for i, text in enumerate(TEXTS))
    part = "".join(f"{token}\tO\n" for token in last) + "\n"
    rest, there = after(given, Done(count, part.encode()), sizes.append)
    return [one.text for one in rest], there, sum(sizes)


@pytest.mark.parametrize(
    ("count", "rest", "there"),
    [(1, TEXTS[1:], 1), (2, TEXTS[3:], 0), (3, TEXTS[5:], 0), (4, [], 0)],
)
def test_what_is_there(count, rest, there):
    through = range(len(TEXTS) - len(rest))
    assert found(count, SENTENCES[count - 1]) == (rest, there, sum(through))


def test_nothing_is_there():
    given = iter([Given("a", None, 2, "x:1")])
    assert after(given, Done(), pytest.fail) == (given, 0)


@pytest.mark.parametrize(
    ("count", "last"), [(1, ["She", "left", "."]), (2, ["She", "left"]), (5, ["Joan"]), (1, [])]
)
def test_other_inputs(count, last):
    with pytest.raises(BadUsage, match=f"^--resume: sentence {count} of what is there is not of"):
        found(count, last)
