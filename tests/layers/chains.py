"""Conditional random fields by enumeration: all paths of a short sequence, one by one."""

import itertools

import keras
import numpy as np

import gated.layers as gated

BIO2 = ["O", "B-X", "I-X", "B-Y", "I-Y"]
IOBES = ["S-X", "O", "B-X", "E-X", "I-X"]
# Left, right, holes, one step, none at all.
MASK = np.array(
    [[1, 1, 1, 1, 1], [0, 0, 1, 1, 1], [1, 1, 1, 0, 0], [1, 0, 1, 0, 1], [0, 0, 1, 0, 0], [0] * 5],
    bool,
)


def scores(tags=5, scale=2.0, shape=MASK.shape):
    return np.random.default_rng(0).normal(0, scale, (*shape, tags))


def built(tags=5, scheme=None, scale=1.0, **options):
    """A layer with random weights."""
    layer = gated.CRF(tags, scheme, **options)
    layer.build((None, None, layer.count))
    rng = np.random.default_rng(1)
    layer.set_weights([rng.normal(0, scale, w.shape) for w in layer.get_weights()])
    return layer


class LogLikelihood(keras.layers.Layer):
    """log P as an output, to be differentiated."""

    def __init__(self, crf):
        super().__init__(dtype=crf.dtype_policy)
        self.crf = crf
        self.built = True
        self.supports_masking = True

    def call(self, scores, tags, initial_state=None, mask=None):
        return self.crf.log_likelihood(scores, tags, mask)


def follows(scheme, tag, next_):
    """Whether a tag may follow another; "" is the outside. Written out from the schemes."""
    if scheme is None:
        return True
    same = tag[1:] == next_[1:]
    if scheme == "BIO2":
        return not next_.startswith("I") or (tag[:1] in ("B", "I") and same)
    if tag[:1] in ("B", "I"):
        return next_[:1] in ("I", "E") and same
    return next_[:1] not in ("I", "E")


def paths(row, names, scheme=None):
    """Every path through the steps of a row [t, tags] that are not masked, as tags."""
    for path in itertools.product(range(row.shape[1]), repeat=len(row)):
        around = ["", *(names[tag] for tag in path), ""]
        if all(follows(scheme, *pair) for pair in itertools.pairwise(around)):
            yield path


def score(row, path, transitions, start, end):
    """Of a path [t], or of each of several [n, t]."""
    path = np.asarray(path, int)
    if not path.shape[-1]:
        return np.zeros(path.shape[:-1])
    inside = row[np.arange(path.shape[-1]), path].sum(axis=-1)
    between = transitions[path[..., :-1], path[..., 1:]].sum(axis=-1)
    return start[path[..., 0]] + inside + between + end[path[..., -1]]


def log_sum(values):
    values = np.array(values)
    greatest = values.real.max()
    return greatest + np.log(np.exp(values - greatest).sum())
