"""Shares and folds, as options name them, and what they take."""

from types import SimpleNamespace

import pytest

from gated.errors import BadData, BadUsage
from gated.training.corpus import fold_of, share_of, split


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


def split_together(examples, valid=(), test=(), seed=1):
    """Examples in three sets, those of the same letter in one."""
    config = SimpleNamespace(valid=valid, test=test, seed=seed)
    found = split({"train": examples}, config, None, "x", "examples", together=lambda one: one[0])
    return found.train, found.valid, found.test


def test_folds_of_what_stays_together():
    examples = ["a1", "b1", "a2", "c1", "b2", "d1"]
    train, valid, test = split_together(examples, ("fold:0/3",), ("fold:1/3",))
    assert (train, valid, test) == (["c1"], ["a1", "a2", "d1"], ["b1", "b2"])


@pytest.mark.parametrize("seed", range(5))
def test_shares_of_what_stays_together(seed):
    examples = [f"{letter}{i}" for letter in "abcdefghij" for i in range(10)] + ["z1"] * 60
    train, valid, test = split_together(examples, ("0.1",), ("0.2",), seed)
    letters = [{one[0] for one in which} for which in (train, valid, test)]
    assert sum(map(len, letters)) == len(set.union(*letters)) == 11
    # 16 and 32 of 160, in tens; the 60 fit into neither.
    assert (len(valid), len(test)) == (10, 30)
    assert split_together(examples, ("0.3",), ("0.2",), seed)[2] == test


def test_at_least_one_that_stays_together():
    train, valid, _ = split_together(["a1", "a2", "b1", "b2", "b3"], ("0.1",))
    assert (train, valid) == (["b1", "b2", "b3"], ["a1", "a2"])
    with pytest.raises(BadData, match=r"^x: of 3 examples none is left to train on$"):
        split_together(["a1", "a2", "b1"], ("0.3",), ("0.3",))
