"""The likeliest sequences, in place of drawn ones."""

from typing import Any, NamedTuple

from keras import ops


class Beams(NamedTuple):
    """What a search has found, the best first; -inf where there are fewer sequences.

    Attributes:
        tokens: int32 [b, width, length], the stop token wherever a sequence has ended.
        log_p: log P of each, float32 [b, width].
        scores: by which they are ranked, [b, width].
        weights: of a model that attends, what each token looked at, [b, width, length, t']; else
            None.
    """

    tokens: Any
    log_p: Any
    scores: Any
    weights: Any


def normalised(log_p, tokens, alpha):
    """Log P of a sequence of so many tokens, by its length: log P / ((5 + T_y) / 6)^α."""
    return log_p / ((5 + tokens) / 6) ** alpha


def beam_search(
    step,
    likeliest,
    token,
    states,
    left,
    length,
    width,
    stop,
    *,
    limits=None,
    alpha=0.0,
    beta=0.0,
    attended=None,
):
    """Searches for the best sequences, step by step, `width` of them kept for each of a batch.

        log P(y⟨1⟩ ... y⟨t⟩) = log P(y⟨1⟩ ... y⟨t-1⟩) + log ŷ⟨t⟩[y⟨t⟩]
        score = log P / ((5 + T_y) / 6)^α + β Σ log(min(Σ α⟨t,t'⟩, 1))        over t, and over t'

    Of all continuations of the sequences kept by one token the `width` with the greatest scores are
    kept; one that has ended goes on as it is. T_y are the tokens of a sequence, the last `stop`
    among them. The first term normalises by length, for log P is the less the longer a sequence is;
    the second is the coverage, which rises the more of what is attended to has been looked at. The
    loop is one of the backend's own.

    Graves 2012, "Sequence transduction with recurrent neural networks", section 2.5; the course
    calls `width` B. Wu et al. 2016, "Google's neural machine translation system", section 7.

    Args:
        step: a function from tokens [b * width] and states to logits [b * width, tokens], states
            and, with `attended`, what was looked at, float32 [b * width, t'].
        likeliest: a function from logits and a number to so many of the greatest log probabilities
            of each row, the greatest first, and their tokens, both [b * width, number].
        token: int32 [b], the first x.
        states: tensors [b, ...].
        left: how many `stop`s end a sequence, at least 1.
        length: the most tokens of a sequence.
        width: how many are kept.
        stop: the token that may end a sequence.
        limits: int32 [b], the most tokens of each, at most `length`. None: `length`.
        alpha, beta: α and β; 0 ranks by log P alone.
        attended: booleans [b, t'], the steps that there are to look at.
    """
    rows = ops.shape(token)[0] * width
    # Rows of the same sequence of the batch lie side by side.
    firsts = width * (ops.arange(rows, dtype="int32") // width)
    token = ops.repeat(token, width, axis=0)
    states = [ops.repeat(state, width, axis=0) for state in states]
    left = ops.full((rows,), left, dtype="int32")
    limits = (
        ops.full((rows,), length, dtype="int32")
        if limits is None
        else ops.repeat(limits, width, axis=0)
    )
    found = ops.full((length, rows), stop, dtype="int32")
    # At first all are the same one.
    log_p = ops.where(ops.equal(ops.arange(rows, dtype="int32"), firsts), 0.0, -float("inf"))
    sizes = ops.zeros((rows,))
    looked = []
    if attended is not None:
        there = ops.repeat(ops.cast(attended, "float32"), width, axis=0)
        looked = [ops.zeros((length, rows, ops.shape(there)[1]))]

    def goes_on(t, token, left, *_):
        return ops.logical_and(t < length, ops.any(left > 0))

    def body(t, token, left, found, log_p, scores, sizes, *others):
        looked, states = list(others[: len(kept)]), list(others[len(kept) :])
        logits, states, *weights = step(token, states)
        goes, here = left > 0, ops.reshape(t, (1, 1))
        sizes = sizes + ops.cast(goes, "float32")
        if looked:
            weights = ops.where(goes[:, None], weights[0], 0.0)
            looked = [ops.scatter_update(looked[0], here, weights[None])]
        # No more tokens than that after one sequence can be among the best of all.
        most = logits.shape[-1]
        count = min(width, most) if isinstance(width, int) else ops.minimum(width, most)
        more, tokens = likeliest(logits, count)
        only_stop = ops.where(ops.arange(count) == 0, 0.0, -float("inf"))
        total = log_p[:, None] + ops.where(goes[:, None], more, only_stop)
        tokens = ops.where(goes[:, None], ops.cast(tokens, "int32"), stop)
        ranked = normalised(total, sizes[:, None], alpha)
        if beta:
            seen = ops.clip(ops.sum(looked[0], axis=0), 1e-10, 1.0)
            ranked = ranked + beta * ops.sum(there * ops.log(seen), axis=-1, keepdims=True)
        if alone:
            scores, log_p, token = (one[:, 0] for one in (ranked, total, tokens))
        else:
            scores, places = ops.top_k(ops.reshape(ranked, (-1, width * count)), width)
            scores = ops.reshape(scores, (-1,))
            chosen = firsts * count + ops.reshape(ops.cast(places, "int32"), (-1,))
            parents = chosen // count
            log_p, token = (ops.take(ops.reshape(one, (-1,)), chosen) for one in (total, tokens))
            left, sizes = ops.take(left, parents), ops.take(sizes, parents)
            states = [ops.take(state, parents, axis=0) for state in states]
            looked = [ops.take(one, parents, axis=1) for one in looked]
            found = ops.take(found, parents, axis=1)
        left = left - ops.cast(ops.logical_and(token == stop, left > 0), "int32")
        left = ops.where(t + 1 < limits, left, 0)
        found = ops.scatter_update(found, here, token[None])
        return (t + 1, token, left, found, log_p, scores, sizes, *looked, *states)

    kept, alone = looked, isinstance(width, int) and width == 1
    start = (ops.zeros((), "int32"), token, left, found, log_p, log_p, sizes, *looked, *states)
    _, _, _, found, log_p, scores, _, *looked = ops.while_loop(goes_on, body, start)

    def by_sequence(x):
        return ops.reshape(x, (-1, width, *ops.shape(x)[1:]))

    return Beams(
        by_sequence(ops.transpose(found)),
        by_sequence(log_p),
        by_sequence(scores),
        by_sequence(ops.transpose(looked[0], (1, 0, 2))) if kept else None,
    )
