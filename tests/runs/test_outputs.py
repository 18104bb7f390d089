"""The metrics of several models together."""

import pytest

from gated.runs.outputs import report_summary, summary


def test_summary(capsys):
    whole = summary([{"f1": 0.5, "set": "test"}, {"f1": 0.9, "set": "test"}], ["f1"])
    assert whole == {
        "f1": pytest.approx(0.7),
        "f1_least": 0.5,
        "f1_greatest": 0.9,
        "f1_deviation": pytest.approx(0.08**0.5),
    }
    report_summary(whole, ["f1"], "2 folds")
    expected = "mean 0.7000, least 0.5000, greatest 0.9000, standard deviation 0.2828"
    assert capsys.readouterr().out == f"f1 of 2 folds: {expected}\n"
