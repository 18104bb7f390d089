"""The CRF against enumeration of all paths, in double precision."""

import keras
import numpy as np
import pytest
from keras import ops

from gated.layers import CRF
from tests.gradients import value_and_gradients
from tests.layers import chains
from tests.layers.chains import BIO2, IOBES, MASK, LogLikelihood
from tests.layers.reference import derivatives

pytestmark = pytest.mark.usefixtures("float64")
each_scheme = pytest.mark.parametrize(
    "names, scheme", [(BIO2, None), (BIO2, "BIO2"), (IOBES, "IOBES")]
)


def built(names, scheme):
    return chains.built(names, scheme, dtype="float64")


def numpy(tensors):
    return keras.tree.map_structure(ops.convert_to_numpy, tensors)


def enumerated(layer, scores, mask, names, scheme):
    """For each row its paths, the best first, and their log P."""
    weights = layer.get_weights()
    found = []
    for row, counts in zip(scores, mask, strict=True):
        paths = list(chains.paths(row[counts], names, scheme))
        values = chains.score(row[counts], paths, *weights)
        log_p = np.array(values) - chains.log_sum(values)
        order = np.argsort(-log_p)
        found.append(([paths[i] for i in order], log_p[order]))
    return found


def spread(path, counts):
    """The tags of the steps that count at their places among all, -1 elsewhere."""
    tags = np.full(len(counts), -1)
    tags[counts] = path
    return tags


@pytest.mark.parametrize("compiled", [False, True])
@each_scheme
def test_log_likelihood_and_its_gradients(names, scheme, compiled):
    layer, scores = built(names, scheme), chains.scores()
    every = [found for found, _ in enumerated(layer, scores, MASK, names, scheme)]
    paths = [found[len(found) // 2] for found in every]
    tags = np.array([spread(*pair) for pair in zip(paths, MASK, strict=True)])
    factors = np.random.default_rng(99).normal(size=len(MASK))  # those of `weighted_sum`

    def log_p(scores, *weights):
        return [
            chains.score(row[counts], path, *weights)
            - chains.log_sum(chains.score(row[counts], all_, *weights))
            for row, counts, path, all_ in zip(scores, MASK, paths, every, strict=True)
        ]

    found = value_and_gradients(
        LogLikelihood(layer), scores, compiled=compiled, mask=MASK, tags=tags
    )
    np.testing.assert_allclose(found.outputs[0], log_p(scores, *layer.get_weights()), atol=1e-10)
    expected = derivatives(lambda *arrays: factors @ log_p(*arrays), [scores, *layer.get_weights()])
    for ours, theirs in zip([found.inputs, *found.weights], expected, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-10)
    assert not found.inputs[~MASK].any()


def test_the_second_derivative():
    """As differences of the first, which by the scores are the marginals."""
    layer, scores = built(BIO2, "BIO2"), chains.scores()[:1, :3]
    tags, way = np.zeros((1, 3), int), np.random.default_rng(0).normal(size=scores.shape)
    nearby = [numpy(layer.marginals(scores + h * way)) for h in (1e-5, -1e-5)]
    expected = -(nearby[0] - nearby[1]) / 2e-5

    def log_p(scores):
        return layer.log_likelihood(scores, tags)[0]

    np.testing.assert_allclose(hessian_product(log_p, scores, way), expected, atol=1e-8)


def hessian_product(function, x, way):
    """The derivative of a function's gradient along a way."""
    backend = keras.backend.backend()
    if backend == "tensorflow":
        import tensorflow as tf

        x = tf.constant(x)
        with tf.GradientTape() as outer:
            outer.watch(x)
            with tf.GradientTape() as inner:
                inner.watch(x)
                y = function(x)
            along = tf.reduce_sum(inner.gradient(y, x) * way)
        return numpy(outer.gradient(along, x))
    if backend == "jax":
        import jax

        return numpy(jax.grad(lambda x: (jax.grad(function)(x) * way).sum())(x))
    import torch

    x = torch.tensor(x, requires_grad=True)
    [gradient] = torch.autograd.grad(function(x), x, create_graph=True)
    return numpy(torch.autograd.grad((gradient * torch.tensor(way)).sum(), x)[0])


@each_scheme
def test_viterbi_and_the_k_best(names, scheme):
    layer, scores = built(names, scheme), chains.scores()
    expected = enumerated(layer, scores, MASK, names, scheme)
    best, best_log_p = numpy(layer.viterbi(scores, MASK))
    for k in (1, 7):
        tags, log_p = numpy(layer.k_best(scores, k, MASK))
        assert tags.shape == (len(MASK), k, MASK.shape[1])
        for row, (paths, values) in enumerate(expected):
            there = min(k, len(paths))
            wanted = [spread(path, MASK[row]) for path in paths[:there]]
            np.testing.assert_array_equal(tags[row, :there], wanted)
            np.testing.assert_allclose(log_p[row, :there], values[:there], atol=1e-10)
            assert (tags[row, there:] == -1).all()
            assert (log_p[row, there:] == -np.inf).all()
        np.testing.assert_array_equal(tags[:, 0], best)
        np.testing.assert_allclose(log_p[:, 0], best_log_p, atol=1e-10)
    decoded = numpy(layer(scores, mask=ops.convert_to_tensor(MASK), decode=True))
    np.testing.assert_array_equal(decoded, best)


def test_all_paths_there_are():
    """More than there are of k, so that every one must be found and none twice."""
    layer, scores = built(BIO2, "BIO2"), chains.scores()[:1, :3]
    [(paths, values)] = enumerated(layer, scores, MASK[:1, :3], BIO2, "BIO2")
    tags, log_p = numpy(layer.k_best(scores, len(paths) + 5))
    np.testing.assert_array_equal(tags[0, : len(paths)], paths)
    np.testing.assert_allclose(log_p[0, : len(paths)], values, atol=1e-10)
    assert (log_p[0, len(paths) :] == -np.inf).all()


@each_scheme
def test_marginals(names, scheme):
    layer, scores = built(names, scheme), chains.scores()
    expected = np.zeros_like(scores)
    for row, (paths, log_p) in enumerate(enumerated(layer, scores, MASK, names, scheme)):
        for path, p in zip(paths, np.exp(log_p), strict=True):
            for t, tag in zip(np.flatnonzero(MASK[row]), path, strict=True):
                expected[row, t, tag] += p
    np.testing.assert_allclose(numpy(layer.marginals(scores, MASK)), expected, atol=1e-10)


def entities(path, names, places):
    """The entities of a path: type, first step, the step after the last."""
    found, open_ = [], None
    for tag, t in zip([*(names[tag] for tag in path), "O"], [*places, None], strict=True):
        if open_ and not (tag[0] in "IE" and tag[2:] == open_[0]):
            found.append(tuple(open_))
            open_ = None
        if tag[0] in "BS":
            open_ = [tag[2:], t, t + 1]
        elif open_:
            open_[2] = t + 1
    return found


@pytest.mark.parametrize("names, scheme", [(BIO2, "BIO2"), (IOBES, "IOBES")])
def test_the_probability_of_an_entity(names, scheme):
    layer, scores = built(names, scheme), chains.scores()
    length, types = MASK.shape[1], layer.types
    spans = [
        (start, end, type_)
        for start in range(length)
        for end in range(start, length + 1)
        for type_ in range(len(types))
    ]
    starts, ends, kinds = (np.tile(x, (len(MASK), 1)) for x in zip(*spans, strict=True))
    found = numpy(layer.span_probability(scores, starts, ends, kinds, MASK))
    for row, (paths, log_p) in enumerate(enumerated(layer, scores, MASK, names, scheme)):
        steps = np.flatnonzero(MASK[row])
        for i, (start, end, type_) in enumerate(spans):
            inside = steps[(steps >= start) & (steps < end)]
            expected = 0.0
            if len(inside):
                wanted = (types[type_], inside[0], inside[-1] + 1)
                expected = sum(
                    np.exp(value)
                    for path, value in zip(paths, log_p, strict=True)
                    if wanted in entities(path, names, steps)
                )
            assert abs(found[row, i] - expected) < 1e-10, (row, spans[i])


def test_masked_steps_are_skipped():
    """What is at them makes no difference, and the rest is a shorter sequence."""
    layer, scores = built(BIO2, "BIO2"), chains.scores()
    other = np.where(MASK[..., None], scores, 1e6)
    tags = numpy(layer.viterbi(scores, MASK)[0])
    for one in (scores, other):
        np.testing.assert_array_equal(numpy(layer.viterbi(one, MASK)[0]), tags)
    log_p = numpy(layer.log_likelihood(other, tags, MASK))
    for row, counts in enumerate(MASK[:5]):
        alone = numpy(layer.log_likelihood(scores[None, row, counts], tags[None, row, counts]))
        np.testing.assert_allclose(log_p[row], alone[0], atol=1e-10)
    assert log_p[5] == 0


def test_one_tag_and_one_step():
    layer, scores = chains.built(1, dtype="float64"), chains.scores(tags=1)
    np.testing.assert_allclose(
        numpy(layer.log_likelihood(scores, np.zeros(MASK.shape))), 0, atol=1e-10
    )
    layer, scores = built(BIO2, None), chains.scores()[:, :1]
    tags, log_p = numpy(layer.viterbi(scores))
    _, start, end = layer.get_weights()
    total = scores[:, 0] + start + end
    np.testing.assert_array_equal(tags[:, 0], total.argmax(axis=-1))
    expected = total.max(axis=-1) - np.log(np.exp(total).sum(axis=-1))
    np.testing.assert_allclose(log_p, expected, atol=1e-10)


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_large_scores(precision):
    """Where the likeliest beginnings are those that cannot go on."""
    layer = chains.built(BIO2, "BIO2", dtype=precision)
    scores = np.zeros((1, 3, 5), precision)
    scores[0, 0] = [900, -900, 0, 0, 0]  # O, and hardly B-X
    scores[0, 1, 2] = 2500  # I-X, which makes up for it
    scores[0, 2, 4] = 1e4  # I-Y: impossible after it, but for B-Y
    [(paths, values)] = enumerated(layer, scores.astype("float64"), MASK[:1, :3], BIO2, "BIO2")
    tags, log_p = numpy(layer.viterbi(scores))
    np.testing.assert_array_equal(tags[0], paths[0])
    np.testing.assert_allclose(log_p[0], values[0], atol=1e-3)
    likely = numpy(layer.log_likelihood(scores, tags))
    np.testing.assert_allclose(likely[0], values[0], atol=1e-3)
    assert np.isfinite(numpy(layer.marginals(scores))).all()
    np.testing.assert_allclose(numpy(layer.marginals(scores)).sum(axis=-1), 1, atol=1e-3)


def test_what_is_forbidden():
    """A tag by its score, a transition by the scheme: probability 0, and no gradient."""
    layer, scores = built(BIO2, "BIO2"), chains.scores()[:3]
    scores[0, :, 0] = scores[1, 1, [0, 1, 3]] = -np.inf
    tags, _ = numpy(layer.viterbi(scores))
    assert (tags[0] != 0).all() and tags[1, 1] in (2, 4) and tags[1, 0] != 0
    assert numpy(layer.marginals(scores))[np.isinf(scores)].max() == 0
    tags[0, 1] = 0  # the score's
    tags[1, :2] = 1, 4  # the scheme's: I-Y after B-X
    found = value_and_gradients(LogLikelihood(layer), scores, tags=tags)
    assert list(np.isinf(found.outputs[0])) == [True, True, False]
    assert not found.inputs[:2].any() and found.inputs[2].any()
    assert all(np.isfinite(gradient).all() for gradient in found.weights)


@pytest.mark.parametrize(
    "tags, scheme, message",
    [
        (0, None, "tags=0"),
        ([], None, r"tags=\[\]"),
        (["O", "O"], None, "different names"),
        (2.0, None, "tags=2.0"),
        (3, "BIO2", "needs the names"),
        (["O", "B-X"], "IOB3", "'IOB3'"),
        (["O", "E-X"], "BIO2", "'E-X' is not a tag of the scheme BIO2"),
        (["O", "B-"], "BIO2", "'B-' is not a tag"),
        (["I-X"], "BIO2", "no sequence of 1"),
        (["B-X", "E-X"], "IOBES", "no sequence of 1"),
    ],
)
def test_tags_that_are_none(tags, scheme, message):
    with pytest.raises(ValueError, match=message):
        CRF(tags, scheme)


def test_other_wrong_arguments():
    layer = built(BIO2, None)
    for k in (0, -1, 1.5):
        with pytest.raises(ValueError, match=f"k={k}"):
            layer.k_best(chains.scores(), k)
    with pytest.raises(ValueError, match=r"\[b, t, 5\]. Received: \(6, 5, 4\)"):
        layer(chains.scores(tags=4))
    with pytest.raises(ValueError, match="scheme=None"):
        layer.span_probability(chains.scores(), [[0]], [[1]], [[0]])


def test_of_no_steps_there_is_one_path():
    crf, scores = chains.built(5), np.zeros((2, 0, 5))
    tags, log_p = crf.viterbi(scores)
    assert tags.shape == (2, 0)
    assert not numpy(log_p).any()
    assert not numpy(crf.log_likelihood(scores, np.zeros((2, 0), "int32"))).any()
    assert crf.marginals(scores).shape == (2, 0, 5)
