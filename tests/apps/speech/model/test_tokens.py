import numpy as np
import pytest

from apps.speech.model.tokens import Tokens
from gated.errors import BadData

TEXTS = ["GO  ON", " STOP ", "GO ÉT É"]


@pytest.mark.parametrize("level", ["char", "word"])
def test_there_and_back(level, tmp_path):
    Tokens.learn(TEXTS, level).save(tmp_path)
    tokens = Tokens.load(tmp_path, level)
    for text in TEXTS:
        ids = tokens.ids(text)
        assert (ids > 1).all()
        assert tokens.text(ids) == " ".join(text.split())
        spelled = [tokens.text(ids[places]) for places in tokens.words(ids)]
        assert spelled == text.split()


def test_what_is_unknown():
    tokens = Tokens.learn(["AAB"], "char", min_count=2)
    assert tokens.ids("ABA").tolist() == [2, 1, 2]
    assert tokens.words(np.array([], int)) == []


def test_words_between_blanks():
    tokens = Tokens.learn(["A A"], "char")
    a, blank = tokens.ids("A A")[:2]
    places = tokens.words(np.array([blank, a, a, blank, blank, a]))
    assert [one.tolist() for one in places] == [[1, 2], [5]]
    assert tokens.text([blank, a, blank]) == "A"


def test_a_damaged_file(tmp_path):
    (tmp_path / "tokens.txt").write_text("A\tmany\n")
    with pytest.raises(BadData, match=r"tokens\.txt:1: expected"):
        Tokens.load(tmp_path, "char")
