"""The course's example: two transcripts that sound alike, told apart by a language model alone."""

import keras
import numpy as np
import pytest

from gated.compiling import compiled
from gated.ctc import CharacterModel, Sum, WordModel, prefix_beam_search
from tests.ctc.enumerated import found_texts, tensors
from tests.ctc.models import fit, language_model

PAIR, PEAR = "the apple and pair salad", "the apple and pear salad"
LINES = """\
she made the apple and pear cake
an apple and pear salad
the pear and apple salad
we ate the pear salad and the apple
the salad has apple and pear
he bought a pair of shoes
a pair of shoes and a pair of gloves
the pair came to the house
""".splitlines()
TOKENS = ["", "<UNK>", *" abcdefghijklmnopqrstuvwxyz"]


def sound():
    """Log P of frames, [1, t, tokens]: a token and a blank in turn, either where they differ."""
    p = np.full((2 * len(PAIR), len(TOKENS)), 0.001)
    for place, characters in enumerate(zip(PAIR, PEAR, strict=True)):
        for character in characters:
            p[2 * place, TOKENS.index(character)] += 0.5
        p[2 * place + 1, 0] = 1
    return np.log(p / p.sum(axis=1, keepdims=True))[None].astype("float32")


def said(text):
    return "".join(TOKENS[token] for token in text)


@pytest.mark.slow
@pytest.mark.parametrize("level, scorer", [("char", CharacterModel), ("word", WordModel)])
def test_the_pear_is_in_the_salad(level, scorer):
    keras.utils.set_random_seed(1)
    log_p = sound()
    frames = np.array([log_p.shape[1]], "int32")
    codec, model = language_model(LINES, level, units=32)

    def search(log_p, lengths, weight):
        scorers = Sum([(weight, scorer(codec, model, TOKENS))])
        return prefix_beam_search(log_p, lengths, 8, scorers)

    def found(weight):
        run = compiled(search, model.variables)
        return found_texts(run(*tensors(log_p, frames, np.float32(weight))), 0)

    alike = {said(text): p for text, p, _ in found(0.0)}
    np.testing.assert_allclose(alike[PAIR], alike[PEAR], rtol=1e-5)
    assert {PAIR, PEAR} <= {text for text, p in alike.items() if p > max(alike.values()) - 1e-4}
    fit(codec, model, LINES, epochs=60)
    best, *_ = found(0.5)[0]
    assert said(best) == PEAR
