"""The softmax over a sample: what is drawn, and that it learns the softmax over all."""

import keras
import numpy as np
import pytest
from keras import ops

from apps.lm.model.sampled_softmax import Candidates, WithCandidates, sampled_logits
from gated.compiling import compiled

COUNTS = np.r_[0, 900, 500, 300, np.arange(96, 0, -1) // 4, 0]


def test_candidates_come_as_often_as_they_should():
    candidates, rng, draws = Candidates(COUNTS, 30), np.random.default_rng(0), 4000
    counted = np.zeros(len(COUNTS))
    for _ in range(draws):
        drawn = candidates.draw(rng)
        assert drawn.dtype == np.int32 and len(set(drawn)) == 30
        counted[drawn] += 1
    inclusion = candidates.inclusion
    np.testing.assert_allclose(inclusion.sum(), 30)
    np.testing.assert_allclose(candidates.log_inclusion, np.log(inclusion), rtol=1e-6)
    assert (counted[inclusion == 1] == draws).all() and (inclusion[1:4] == 1).all()
    # The others in proportion to count^0.75, those that never occur as if once.
    weights = np.maximum(COUNTS, 1) ** 0.75
    others = inclusion < 1
    np.testing.assert_allclose(inclusion[others] / inclusion[-1], weights[others])
    sigma = np.sqrt(draws * inclusion * (1 - inclusion))
    assert (np.abs(counted - draws * inclusion) <= 5 * sigma).all()


compiled_logits = compiled(sampled_logits)


def logits(output, vectors, targets, candidates, log_inclusion):
    given = [ops.convert_to_tensor(one, "float32") for one in (output, vectors)]
    given += map(ops.convert_to_tensor, (targets, candidates, log_inclusion))
    return ops.convert_to_numpy(compiled_logits(*given))


@pytest.mark.parametrize("dtype", ["int32", "int64"])
def test_with_all_tokens_it_is_the_softmax(dtype):
    random = np.random.default_rng(1)
    output, vectors = random.normal(size=(2, 3, 4)), random.normal(size=(9, 4))
    targets = random.integers(0, 9, (2, 3)).astype(dtype)
    candidates = random.permutation(9).astype("int32")
    found = logits(output, vectors, targets, candidates, np.zeros(9, "float32"))
    assert found.shape == (2, 3, 10)
    whole = output @ vectors.T
    losses = (
        np.log(np.exp(whole).sum(-1)) - np.take_along_axis(whole, targets[..., None], -1)[..., 0]
    )
    np.testing.assert_allclose(np.log(np.exp(found).sum(-1)) - found[..., 0], losses, rtol=1e-5)


def test_the_true_logits_are_where_it_comes_to_rest():
    """There the loss has no gradient: in the mean over targets and samples p comes out."""
    random, draws = np.random.default_rng(2), 3000
    tokens = len(COUNTS)
    p = random.dirichlet(np.full(tokens, 0.5)).astype("float32") + 1e-5
    p /= p.sum()
    candidates = Candidates(COUNTS, 40)
    output, targets = np.ones((tokens, 1, 1)), np.arange(tokens, dtype="int32")[:, None]
    found = np.zeros((draws, tokens))
    for row in found:
        drawn = candidates.draw(random)
        z = logits(output, np.log(p)[:, None], targets, drawn, candidates.log_inclusion)[:, 0]
        q = np.exp(z) / np.exp(z).sum(-1, keepdims=True)
        row += q[:, 0] * p
        np.add.at(row, drawn, p @ q[:, 1:])
    error = found.std(axis=0) / np.sqrt(draws)
    # Two percent more, because a sample of a fixed size is not quite one of independent tokens.
    assert (np.abs(found.mean(axis=0) - p) < 5 * error + 0.02 * p).all()


class Ones(keras.utils.PyDataset):
    epochs = 0

    def __len__(self):
        return 2

    def __getitem__(self, i):
        return np.ones((2, 3), "int32"), np.full((2, 3), i), np.ones((2, 3))

    def on_epoch_end(self):
        self.epochs += 1


def test_the_data_set_draws_anew_at_every_step():
    candidates = Candidates(COUNTS, 30)
    one, another = (WithCandidates(Ones(), candidates, seed=5) for _ in range(2))
    (x, y, first), place, weights = one[1]
    assert (x == 1).all() and (y == 1).all() and not place.any() and (weights == 1).all()
    assert (another[1][0][2] == first).all()
    assert (one[0][0][2] != first).any()
    one.on_epoch_end()
    assert one.data.epochs == 1
    assert (one[1][0][2] != first).any()
