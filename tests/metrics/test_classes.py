"""Scores of classifiers, by their definitions."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gated.metrics.classes import calibration_error, class_scores


@st.composite
def predictions(draw):
    count, classes = draw(st.integers(1, 40)), draw(st.integers(2, 5))
    rng = np.random.default_rng(draw(st.integers(0, 1000)))
    probabilities = rng.dirichlet(np.full(classes, draw(st.sampled_from([0.1, 1.0]))), count)
    return rng.integers(0, classes, count), probabilities


@given(predictions())
def test_against_loops(found):
    true, probabilities = found
    labels = [f"class {i}" for i in range(probabilities.shape[1])]
    scores = class_scores(true, probabilities, labels)
    predicted = [max(range(len(row)), key=row.__getitem__) for row in probabilities.tolist()]
    pairs = list(zip(true.tolist(), predicted, strict=True))
    assert scores["accuracy"] == pytest.approx(sum(a == b for a, b in pairs) / len(pairs))
    f1 = []
    for i, label in enumerate(labels):
        both = sum(a == b == i for a, b in pairs)
        found, support = sum(b == i for _, b in pairs), sum(a == i for a, _ in pairs)
        one = scores["classes"][label]
        assert one["precision"] == pytest.approx(both / found if found else 0)
        assert one["recall"] == pytest.approx(both / support if support else 0)
        assert one["f1"] == pytest.approx(2 * both / (found + support) if found + support else 0)
        assert one["support"] == support
        if support:
            f1.append(one["f1"])
        for j in range(len(labels)):
            assert scores["confusion"][i][j] == sum(pair == (i, j) for pair in pairs)
    assert scores["macro_f1"] == pytest.approx(np.mean(f1))


@given(predictions())
def test_calibration_error_against_loops(found):
    true, probabilities = found
    total = 0.0
    for low in range(15):
        inside = [
            (row.max(), row.argmax() == own)
            for own, row in zip(true, probabilities, strict=True)
            if low / 15 < row.max() <= (low + 1) / 15
        ]
        if inside:
            confidence, right = map(np.mean, zip(*inside, strict=True))
            total += len(inside) * abs(confidence - right)
    assert calibration_error(true, probabilities) == pytest.approx(total / len(true), abs=1e-9)


def test_calibration_error_of_known_cases():
    sure = np.array([[1.0, 0.0]] * 4)
    assert calibration_error(np.array([0, 0, 0, 0]), sure) == 0
    assert calibration_error(np.array([0, 0, 1, 1]), sure) == pytest.approx(0.5)
    half = np.array([[0.75, 0.25]] * 4)
    assert calibration_error(np.array([0, 0, 0, 1]), half) == pytest.approx(0)
