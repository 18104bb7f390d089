"""What is reported of mistakes, on sentences whose mistakes are known."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.ner.model.scores import acquaintance_scores, by_acquaintance, confusions, entities_of
from apps.ner.reading.conll import Sentence
from apps.ner.reading.schemes import spans
from gated.metrics.entities import EntityCounts

TRUE = ["B-PER I-PER O B-LOC", "B-ORG O B-LOC I-LOC", "O O B-PER O"]
FOUND = ["B-PER O O B-ORG", "O B-ORG B-LOC I-LOC", "O O B-PER O"]


def of(tags):
    return [spans(one.split()) for one in tags]


def test_confusions():
    assert confusions(of(TRUE), of(FOUND)) == {
        ("PER", "PER, other bounds"): 1,
        ("LOC", "ORG"): 1,
        ("ORG", "nothing"): 1,
        ("nothing", "ORG"): 1,
    }
    assert not confusions(of(TRUE), of(TRUE))


def test_seen_and_unseen():
    tokens = ["Ann Lee saw Rome", "Acme in New York", "hi dear Ann ."]
    sentences = [
        Sentence(tuple(t.split()), tuple(tags.split()))
        for t, tags in zip(tokens, TRUE, strict=True)
    ]
    known = entities_of([sentences[1], sentences[2]])
    assert known.counts == {"LOC New York": 1, "ORG Acme": 1, "PER Ann": 1}
    found = acquaintance_scores(by_acquaintance(sentences, of(TRUE), of(FOUND), known))
    # Seen: New York and Ann are found, and the Ann of Ann Lee, wrongly; Acme is not.
    assert found["seen"] == pytest.approx(
        {"precision": 2 / 3, "recall": 2 / 3, "f1": 2 / 3, "support": 3}
    )
    # Unseen: Ann Lee and Rome are not found; an organisation Rome, and one `in`, are.
    assert found["unseen"] == {"precision": 0, "recall": 0, "f1": 0, "support": 2}


tags = st.lists(st.sampled_from(["O", "B-A", "I-A", "B-B", "I-B"]), min_size=6, max_size=6)


@given(tags, tags, tags)
def test_with_all_seen_or_none_it_is_the_whole_score(train, true, found):
    sentence = Sentence(tuple("uvwxyz"), tuple(true))
    trues, founds = [spans(true)], [spans(found)]
    everything = entities_of([sentence, Sentence(sentence.tokens, tuple(found))])
    counts = EntityCounts()
    counts.add(trues, founds)
    whole = counts.scores()
    for known, which in ((everything, "seen"), (entities_of([]), "unseen")):
        scores = acquaintance_scores(by_acquaintance([sentence], trues, founds, known))[which]
        assert scores == pytest.approx({name: whole[name] for name in scores})
