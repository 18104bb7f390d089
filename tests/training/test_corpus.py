"""Shares and folds, as options name them."""

import pytest

from gated.errors import BadUsage
from gated.training.corpus import fold_of, share_of


def test_folds():
    assert fold_of(["fold:8/10"], "--valid") == (8, 10)
    assert fold_of(["0.1"], "--valid") is None
    assert fold_of(["fold:1/2", "fold:0/2"], "--valid") is None
    assert fold_of([], "--valid") is None


@pytest.mark.parametrize("name", ["fold:9/3", "fold:3/3", "fold:x", "fold:1", "fold:-1/3"])
def test_folds_that_make_no_sense(name):
    with pytest.raises(BadUsage, match=f"^--test {name}: expected fold:I/N with I below N"):
        fold_of([name], "--test")


def test_shares():
    assert share_of(["0.25"], "--valid") == share_of([".25"], "--valid") == 0.25
    for names in ([], ["0.1", "0.1"], ["0.1.txt"], ["fold:1/4"]):
        assert share_of(names, "--valid") is None


@pytest.mark.parametrize("value", ["0", "1", "2", "0.0", "1.5", "-0.1", "nan", "inf"])
def test_what_is_no_share(value):
    with pytest.raises(BadUsage, match=f"^--valid {value}: expected a share between 0 and 1"):
        share_of([value], "--valid")
