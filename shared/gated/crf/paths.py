"""The best paths of a chain: the Viterbi algorithm, and its like for the k best."""

from keras import ops

from gated.crf.chain import IMPOSSIBLE, driver, only_outside, swapped, with_outside


def best_paths(scores, transitions, mask, k=1):
    """The k paths of the greatest scores.

        δ⟨t⟩[j] = the k greatest of δ⟨t-1⟩[i] + transitions[i, j], over all i, plus scores⟨t⟩[j]

    and which ones they were, so that the paths can be followed back from the k greatest at the end.

    With k = 1 the algorithm of Viterbi 1967; else the parallel list Viterbi algorithm, Seshadri
    and Sundberg 1994, "List Viterbi decoding algorithms with applications", section III.

    Args:
        scores: [b, t, tags].
        transitions: see `gated.crf`.
        mask: booleans [b, t].
        k: how many, at least 1.

    Returns:
        The tags, int32 [b, k, t], the best path first; -1 at masked steps, and where there are
        fewer than k paths. And their scores [b, k], -inf where there are fewer.
    """
    loop = driver().plain
    scores = with_outside(scores)
    batch, width = ops.shape(scores)[0], scores.shape[-1]
    # Paths by their last tag, and then by their rank.
    first = only_outside(scores)[:, None]
    first = ops.pad(first, ((0, 0), (0, k - 1)), constant_values=IMPOSSIBLE)
    first = ops.broadcast_to(ops.reshape(first, (-1,)), (batch, width * k))
    to = ops.repeat(ops.transpose(transitions), k, axis=1)

    def step(x, rows, weights):
        (now, counts), [before], [to] = x, rows, weights
        best, parents = _greatest(before[:, None] + to, k)
        after = ops.reshape(best + now[..., None], (-1, width * k))
        return [loop.where(counts, after, before)], [ops.reshape(parents, (-1, width * k))]

    def step_back(x, rows, _):
        (parents, counts), [here] = x, rows
        tags = ops.where(counts, here // k, -1)
        return [loop.where(counts, ops.take_along_axis(parents, here, axis=1), here)], [tags]

    counts = swapped(mask)[..., None]
    [parents], [last] = loop.scan(
        step, [swapped(scores), counts], [first], [to], [((batch, width * k), "int32")]
    )
    best, here = _greatest(last + to[-1], k)
    [tags], _ = loop.scan(
        step_back, [parents, counts], [here], [], [((batch, k), "int32")], reverse=True
    )
    possible = best > IMPOSSIBLE / 2
    tags = ops.where(possible[..., None], ops.transpose(tags, (1, 2, 0)), -1)
    return tags, ops.where(possible, best, -float("inf"))


def _greatest(x, k):
    best, places = ops.top_k(x, k)
    return best, ops.cast(places, "int32")
