"""Entity scores: counted by hand, by our own reading of tags, and by seqeval itself."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from seqeval.metrics import f1_score, precision_score, recall_score
from seqeval.scheme import IOB2

from apps.ner.reading.schemes import spans
from gated.metrics.entities import EntityCounts

tags = st.sampled_from(["O", "B-A", "I-A", "B-B", "I-B"])
pairs = st.lists(tags, min_size=1, max_size=8).flatmap(
    lambda true: st.tuples(
        st.just(true), st.lists(tags, min_size=len(true), max_size=len(true)) | st.just(true)
    )
)


def entity_scores(true, predicted):
    """Of tags, in two parts."""
    counts = EntityCounts()
    for part in (slice(1), slice(1, None)):
        counts.add(map(spans, true[part]), map(spans, predicted[part]))
    return counts.scores()


def scores(found, right, true):
    precision = right / found if found else 0
    recall = right / true if true else 0
    f1 = 2 * right / (found + true) if right else 0
    return {"precision": precision, "recall": recall, "f1": f1, "support": true}


@pytest.mark.parametrize(
    ("true", "predicted", "counts"),
    [
        ("B-A I-A O B-B", "B-A I-A O B-B", (2, 2, 2)),
        ("B-A I-A O B-B", "B-A O O B-B", (2, 1, 2)),  # too short
        ("B-A O O B-B", "B-A I-A O B-B", (2, 1, 2)),  # too long
        ("B-A I-A O B-B", "B-B I-B O B-B", (2, 1, 2)),  # of another type
        ("B-A I-A", "B-A B-A", (2, 0, 1)),
        ("B-A I-A", "I-A I-A", (0, 0, 1)),  # begins with no B-
        ("B-A I-A", "B-A I-B", (1, 0, 1)),
        ("O O", "O B-A", (1, 0, 0)),
        ("O O", "O O", (0, 0, 0)),
    ],
)
def test_by_hand(true, predicted, counts):
    found = entity_scores([true.split()], [predicted.split()])
    found.pop("types")
    assert found == pytest.approx(scores(*counts))


def test_types_and_their_micro_average():
    true = [["B-A", "O", "B-A"], ["B-B", "I-B"], ["B-A"]]
    predicted = [["B-A", "O", "O"], ["B-B", "O"], ["B-A"]]
    found = entity_scores(true, predicted)
    assert list(found["types"]) == ["A", "B"]
    assert found["types"]["A"] == pytest.approx(scores(2, 2, 3))
    assert found["types"]["B"] == pytest.approx(scores(1, 0, 1))
    assert (found["precision"], found["recall"]) == pytest.approx((2 / 3, 2 / 4))


@given(st.lists(pairs, min_size=1, max_size=4))
@settings(deadline=None)
def test_against_seqeval_and_our_own_count(sentences):
    true, predicted = ([list(one) for one in side] for side in zip(*sentences, strict=True))
    found = entity_scores(true, predicted)

    def entities(side, types):
        return {(i, *s) for i, row in enumerate(side) for s in spans(row) if s.type in types}

    for types, row in [("AB", found), *found["types"].items()]:
        a, b = entities(true, types), entities(predicted, types)
        expected = scores(len(b), len(a & b), len(a))
        assert {key: row[key] for key in expected} == pytest.approx(expected)

    options = {"mode": "strict", "scheme": IOB2, "zero_division": 0}
    if found["support"]:
        for key, score in (
            ("precision", precision_score),
            ("recall", recall_score),
            ("f1", f1_score),
        ):
            assert found[key] == score(true, predicted, **options)
