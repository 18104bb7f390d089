"""The tokens of the likeliest path."""

from typing import Any, NamedTuple

from keras import ops


class BestPath(NamedTuple):
    """What the likeliest path spells.

    Attributes:
        tokens: int32 [b, t], 0 for padding.
        counts: how many there are, int32 [b].
        log_p: log P of the path, [b]; that of the tokens is greater, for other paths spell them
            too.
    """

    tokens: Any
    counts: Any
    log_p: Any


def greedy(log_p, lengths):
    """What is left of the likeliest path without repetitions and blanks.

        π⟨t⟩ = argmax ŷ⟨t⟩        log P(π) = Σ_t log ŷ⟨t⟩[π⟨t⟩]

    Graves et al. 2006, section 3.2, "best path decoding". Of equally likely tokens the first.

    Args:
        log_p, lengths: see `gated.ctc`.
    """
    frames = ops.shape(log_p)[1]
    t = ops.arange(frames, dtype="int32")
    counted = t < ops.cast(lengths, "int32")[:, None]
    path = ops.cast(ops.argmax(log_p, axis=-1), "int32")
    before = ops.pad(path[:, :-1], ((0, 0), (1, 0)))
    spelled = counted & (path != 0) & (path != before)
    order = ops.argsort(ops.where(spelled, t, t + frames), axis=1)
    tokens = ops.take_along_axis(ops.where(spelled, path, 0), order, axis=1)
    total = ops.sum(ops.where(counted, ops.max(log_p, axis=-1), 0.0), axis=1)
    return BestPath(tokens, ops.sum(ops.cast(spelled, "int32"), axis=1), total)
