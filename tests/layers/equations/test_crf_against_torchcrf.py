"""The CRF against pytorch-crf, on as much as a tagger sees."""

import keras
import numpy as np
import pytest
from keras import ops

from tests.gradients import value_and_gradients
from tests.layers import chains
from tests.layers.test_crf import LogLikelihood

torch = pytest.importorskip("torch", reason="PyTorch is not installed")
torchcrf = pytest.importorskip("torchcrf", reason="pytorch-crf is not installed")

BATCH, LENGTH, TAGS = 48, 60, 17


@pytest.fixture(scope="module")
def peers():
    layer = chains.built(TAGS)
    peer = torchcrf.CRF(TAGS, batch_first=True)
    with torch.no_grad():
        weights = (peer.transitions, peer.start_transitions, peer.end_transitions)
        for weight, value in zip(weights, layer.get_weights(), strict=True):
            weight.copy_(torch.tensor(value))
    rng = np.random.default_rng(0)
    scores = chains.scores(TAGS, 3.0, (BATCH, LENGTH)).astype("float32")
    lengths = rng.integers(1, LENGTH + 1, size=(BATCH, 1))
    return (
        layer,
        peer,
        scores,
        rng.integers(TAGS, size=(BATCH, LENGTH)),
        np.arange(LENGTH) < lengths,
    )


def test_log_likelihood_and_its_gradients(peers):
    layer, peer, scores, tags, mask = peers
    found = value_and_gradients(LogLikelihood(layer), scores, mask=mask, tags=tags)
    factors = np.random.default_rng(99).normal(size=BATCH)  # those of `weighted_sum`
    leaf = torch.tensor(scores, requires_grad=True)
    log_p = peer(leaf, torch.tensor(tags), torch.tensor(mask), reduction="none")
    peer.zero_grad()
    (log_p * torch.tensor(factors, dtype=torch.float32)).sum().backward()
    np.testing.assert_allclose(found.outputs[0], log_p.detach().numpy(), rtol=1e-4, atol=1e-2)
    expected = [leaf, peer.transitions, peer.start_transitions, peer.end_transitions]
    for ours, theirs in zip([found.inputs, *found.weights], expected, strict=True):
        theirs = theirs.grad.numpy()
        np.testing.assert_allclose(ours, theirs, atol=1e-4 * max(1, np.abs(theirs).max()))


def test_viterbi(peers):
    layer, peer, scores, _, mask = peers
    tags, log_p = layer.viterbi(scores, mask)
    tags = ops.convert_to_numpy(tags)
    with torch.no_grad():
        expected = peer.decode(torch.tensor(scores), torch.tensor(mask))
        likely = peer(
            torch.tensor(scores), torch.tensor(tags).clamp(0).long(), torch.tensor(mask), "none"
        )
    assert [row[counts].tolist() for row, counts in zip(tags, mask, strict=True)] == expected
    np.testing.assert_allclose(ops.convert_to_numpy(log_p), likely.numpy(), atol=1e-2)
    assert keras.backend.standardize_dtype(tags.dtype) == "int32"
