"""Where in the frames each token of a text is."""

from typing import Any, NamedTuple

from keras import ops

from gated.recurrence import scan


class Alignment(NamedTuple):
    """The likeliest path that spells a text.

    Attributes:
        first, last: the first and the last frame of each token, int32 [b, n]; -1 for padding, and
            where the text cannot be aligned.
        confidence: of each token, [b, n]: the geometric mean of its ŷ over its frames; 0 likewise.
        log_p: log P of the path, [b]; -inf where there is none: a text needs a frame a token, and
            one more between two that are alike.
    """

    first: Any
    last: Any
    confidence: Any
    log_p: Any


def align(log_p, lengths, tokens, counts):
    """The likeliest of the paths that spell given tokens.

    With z = (0, y⟨1⟩, 0, y⟨2⟩, ..., y⟨n⟩, 0), the tokens with blanks around:

        δ⟨t⟩[s] = log ŷ⟨t⟩[z_s] + max(δ⟨t-1⟩[s], δ⟨t-1⟩[s-1], δ⟨t-1⟩[s-2] if z_s ∉ {0, z_{s-2}})

    and which one it was, so that the path can be followed back from the greater of δ⟨T⟩[2n] and
    δ⟨T⟩[2n-1]. The algorithm of Viterbi 1967 on the chain of Graves et al. 2006, section 4.1. Of
    equally likely paths the one that stays longest, seen from the end.

    Args:
        log_p, lengths: see `gated.ctc`.
        tokens: int32 [b, n].
        counts: integers [b].
    """
    never = -float("inf")
    log_p = ops.cast(log_p, "float32")
    tokens, counts, lengths = (ops.cast(x, "int32") for x in (tokens, counts, lengths))
    batch, frames = ops.shape(log_p)[:2]
    size = 2 * ops.shape(tokens)[1] + 1
    z = ops.stack([ops.zeros_like(tokens), tokens], axis=-1)
    z = ops.pad(ops.reshape(z, (batch, -1)), ((0, 0), (0, 1)))
    passes = (z != 0) & (z != _shifted(z, 2, 0))

    def step(inputs, rows, _):
        (now, t), [before] = inputs, rows
        ways = [before, _shifted(before, 1, never)]
        ways = ops.stack([*ways, ops.where(passes, _shifted(before, 2, never), never)])
        counted = (t < lengths)[:, None]
        after = ops.max(ways, axis=0) + ops.take_along_axis(now, z, axis=1)
        back = ops.where(counted, ops.argmax(ways, axis=0), 0)
        return [ops.where(counted, after, before)], [ops.cast(back, "int8")]

    def step_back(inputs, rows, _):
        [back], [here] = inputs, rows
        back = ops.cast(ops.take_along_axis(back, here, axis=1), "int32")
        return [here - back], [here]

    start = ops.broadcast_to(ops.where(ops.arange(size) == 0, 0.0, never), (batch, size))
    inputs = [ops.transpose(log_p, (1, 0, 2)), ops.arange(frames)]
    [back], [last] = scan(step, inputs, [start], [((batch, size), "int8")])
    ends = 2 * counts[:, None] - ops.convert_to_tensor([0, 1], "int32")
    values = ops.take_along_axis(last, ops.maximum(ends, 0), axis=1)
    total = ops.max(values, axis=1)
    here = ops.take_along_axis(ends, ops.argmax(values, axis=1, keepdims=True), axis=1)
    [path], _ = scan(step_back, [ops.flip(back, axis=0)], [here], [((batch, 1), "int32")])
    path = ops.transpose(ops.flip(path, axis=0)[..., 0])  # [b, t]

    t = ops.arange(frames, dtype="int32")
    there = (total > never)[:, None] & (t < lengths[:, None])
    own = ops.take_along_axis(log_p, ops.take_along_axis(z, path, axis=1)[..., None], axis=2)
    states = 2 * ops.arange(ops.shape(tokens)[1], dtype="int32") + 1
    within = there[:, None] & (path[:, None] == states[:, None])  # [b, n, t]
    found = ops.any(within, axis=-1)
    mean = ops.sum(ops.where(within, own[:, None, :, 0], 0.0), axis=-1)
    mean = mean / ops.maximum(ops.sum(ops.cast(within, "float32"), axis=-1), 1.0)
    first = ops.min(ops.where(within, t, frames), axis=-1)
    return Alignment(
        ops.where(found, first, -1),
        ops.max(ops.where(within, t, -1), axis=-1),
        ops.where(found, ops.exp(mean), 0.0),
        total,
    )


def _shifted(x, by, fill):
    """X⟨s-by⟩ at s, [b, s]."""
    return ops.pad(x, ((0, 0), (by, 0)), constant_values=fill)[:, :-by]
