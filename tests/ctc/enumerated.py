"""All paths of a few frames, one by one."""

import itertools
import math
from collections import defaultdict

import keras
import numpy as np
from keras import ops

FRAMES = 5
ALL = {2: 10, 3: 64, 4: 370}  # more than there are texts, by the number of tokens


def spells(path):
    """The text of a path."""
    return tuple(token for token, _ in itertools.groupby(path) if token)


def paths(log_p):
    """Each path of frames [t, tokens], and its log P."""
    for path in itertools.product(range(log_p.shape[1]), repeat=len(log_p)):
        yield path, float(sum(log_p[t, token] for t, token in enumerate(path)))


def texts(log_p):
    """Log P of each text that is possible, of all its paths."""
    found = defaultdict(list)
    for path, value in paths(log_p):
        if value > -math.inf:
            found[spells(path)].append(value)
    return {text: float(np.logaddexp.reduce(values)) for text, values in found.items()}


def frames(seed, tokens, batch=3, kind="any"):
    """log_p [b, FRAMES, tokens]; of few different values where there shall be ties."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, 2, (batch, FRAMES, tokens))
    if kind == "ties":
        logits = np.round(logits / 2)
    if kind == "impossible":
        logits = np.where(rng.random(logits.shape) < 0.4, -np.inf, logits)
        logits[..., rng.integers(tokens)] = 0
    total = np.logaddexp.reduce(logits, axis=-1, keepdims=True)
    return (logits - total).astype("float32")


def numpy(tensors):
    return keras.tree.map_structure(ops.convert_to_numpy, tensors)


def tensors(*arrays):
    return [ops.convert_to_tensor(array) for array in arrays]


def found_texts(found, row):
    """The texts that a search found for a row, with log P and score, the best first."""
    tokens, counts, log_p, scores = (x[row] for x in numpy(found))
    return [
        (tuple(text[:count].tolist()), float(p), float(score))
        for text, count, p, score in zip(tokens, counts, log_p, scores, strict=True)
        if score > -np.inf
    ]


def assert_same(found, expected):
    """Both are lists of texts and numbers; equally good ones may be in any order."""
    assert len(found) == len(expected)
    for (text, *values), (other, *others) in zip(sorted(found), sorted(expected), strict=True):
        assert text == other
        np.testing.assert_allclose(values, others, rtol=1e-4, atol=1e-5)


def narrow(log_p, width, score=lambda text: 0.0, end=lambda text: 0.0):
    """The search of Hannun et al. as they have it, with a dictionary of texts.

    Returns:
        The texts that are left, with log P and score, in any order.
    """
    kept = {(): (0.0, -math.inf)}
    for now in log_p.astype("float64"):
        after = {}

        def add(text, blank=-math.inf, label=-math.inf, after=after):
            old = after.get(text, (-math.inf, -math.inf))
            after[text] = (np.logaddexp(old[0], blank), np.logaddexp(old[1], label))

        for text, (blank, label) in kept.items():
            total = np.logaddexp(blank, label)
            add(text, blank=now[0] + total)
            if text:
                add(text, label=now[text[-1]] + label)
            for token in range(1, len(now)):
                repeats = text and token == text[-1]
                add((*text, token), label=now[token] + (blank if repeats else total))
        ranked = sorted(after, key=lambda text: -np.logaddexp(*after[text]) - score(text))
        kept = {text: after[text] for text in ranked[:width]}
    totals = {text: np.logaddexp(*p) for text, p in kept.items()}
    return [(text, p, p + score(text) + end(text)) for text, p in totals.items() if p > -math.inf]
