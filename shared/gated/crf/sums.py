"""Sums over all paths of a chain: the forward algorithm, and its derivative.

The sums are of logarithms, and the greatest of what is summed is taken out for every tag and step,
not once a step. Sums of exponentials that are scaled once a step, as matrix products, would be
quicker, but lose a path that is e⁸⁷ times less likely than another halfway and the only possible
one in the end, as happens where transitions are forbidden.
"""

from dataclasses import dataclass

from keras import ops

from gated.crf.chain import driver, only_outside, swapped, with_outside


@dataclass(frozen=True)
class LogPartition:
    """log Z of each row, on any time loop of `gated.recurrence`.

        α⟨0⟩[i] = 0 for i outside, else -∞
        s⟨t⟩[j] = log Σ_i exp(α⟨t-1⟩[i] + transitions[i, j])
        α⟨t⟩[j] = s⟨t⟩[j] + scores⟨t⟩[j]
        log Z = log Σ_i exp(α⟨T⟩[i] + transitions[i, outside])

    Its derivative by the scores are the marginals, p⟨t⟩[j], and by the transitions the pairs'
    expected numbers. With α they come backwards, without the usual β and without differences of
    large numbers:

        p⟨T⟩[i] = exp(α⟨T⟩[i] + transitions[i, outside] - log Z)
        q⟨t⟩[i, j] = p⟨t⟩[j] exp(α⟨t-1⟩[i] + transitions[i, j] - s⟨t⟩[j])
        p⟨t-1⟩[i] = Σ_j q⟨t⟩[i, j]

    Rabiner 1989, section III.A; Sutton and McCallum 2012, section 4.1.
    """

    def forward(self, loop, rows, shared, constants):
        [scores], [transitions], [mask] = rows, shared, constants
        shape, dtype = (ops.shape(scores)[0], scores.shape[-1]), scores.dtype
        first = ops.broadcast_to(only_outside(scores), shape)

        def step(x, rows, weights):
            (now, counts), [before], [transitions] = x, rows, weights
            sums = _log_sum_exp(before[:, :, None] + transitions)
            after = loop.where(counts > 0, sums + now, before)
            return [after], [before, sums]

        (before, sums), [last] = loop.scan(
            step, [swapped(scores), swapped(mask)], [first], [transitions], [(shape, dtype)] * 2
        )
        total = _log_sum_exp(last + transitions[:, -1])[:, None]
        return [total], [before, sums, last]

    def backward(self, loop, rows, shared, constants, total, saved, upstream):
        [transitions], [mask] = shared, constants
        [before, sums, last], [by_total] = saved, upstream
        p = ops.exp(last + transitions[:, -1] - total) * by_total
        by_transitions = ops.pad(ops.sum(p, axis=0)[:, None], ((0, 0), (p.shape[-1] - 1, 0)))

        def step(x, rows, weights):
            (before, sums, counts), [p, by_transitions], [transitions] = x, rows, weights
            here = p * counts
            q = here[:, None] * ops.exp(before[:, :, None] + transitions - sums[:, None])
            p = loop.where(counts > 0, ops.sum(q, axis=2), p)
            return [p, by_transitions + ops.sum(q, axis=0)], [here]

        [by_scores], [_, by_transitions] = loop.scan(
            step,
            [before, sums, swapped(mask)],
            [p, by_transitions],
            [transitions],
            [(ops.shape(p), p.dtype)],
            reverse=True,
        )
        return [swapped(by_scores)], [by_transitions]


def log_partition(scores, transitions, mask, training=False):
    """The logarithm of Z, the sum of exp(score) over all paths, [b].

    Args:
        scores: [b, t, k].
        transitions: see `gated.crf`.
        mask: booleans [b, t].
        training: whether gradients will be asked for. They are right either way.
    """
    loops = driver()
    loop = loops.choose(scores, training) if training else loops.plain
    given = with_outside(scores), transitions, ops.cast(mask, scores.dtype)[..., None]
    [total] = loops.differentiable(LogPartition(), loop, *([one] for one in given))
    return total[:, 0]


def marginals(scores, transitions, mask):
    """The probability of each tag at each step, [b, t, k]; 0 at masked steps."""
    loop, run = driver().plain, LogPartition()
    given = with_outside(scores), transitions, ops.cast(mask, scores.dtype)[..., None]
    rows, shared, constants = ([one] for one in given)
    [total], saved = run.forward(loop, rows, shared, constants)
    [p], _ = run.backward(loop, rows, shared, constants, total, saved, [ops.ones_like(total)])
    return p[..., :-1]


def path_score(scores, transitions, mask, tags):
    """The score of one path a row, [b].

        Σ_t transitions[y⟨t-1⟩, y⟨t⟩] + scores⟨t⟩[y⟨t⟩], with y⟨0⟩ and y⟨T+1⟩ outside

    Args:
        scores: [b, t, k].
        transitions: see `gated.crf`.
        mask: booleans [b, t].
        tags: integers [b, t]; those of masked steps may be any.
    """
    outside = scores.shape[-1]
    length = ops.shape(mask)[1]
    tags = ops.where(mask, ops.cast(tags, "int32"), outside)
    here = ops.take_along_axis(with_outside(scores), tags[..., None], axis=-1)[..., 0]
    # The steps that count moved to the front, each is beside the next.
    places = ops.arange(length, dtype="int32")
    order = ops.argsort(ops.where(mask, places, places + length), axis=1)
    tags = ops.take_along_axis(tags, order, axis=1)
    tags = ops.pad(tags, ((0, 0), (1, 1)), constant_values=outside)
    pairs = tags[:, :-1] * (outside + 1) + tags[:, 1:]
    between = ops.take(ops.reshape(transitions, (-1,)), pairs)
    return ops.sum(ops.where(mask, here, 0), axis=1) + ops.sum(between, axis=1)


def _log_sum_exp(x):
    """Over the second axis. The greatest is finite, and never above the sum, even rounded."""
    greatest = ops.max(x, axis=1, keepdims=True)
    return ops.squeeze(greatest, 1) + ops.log(ops.sum(ops.exp(x - greatest), axis=1))
