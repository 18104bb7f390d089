"""The likeliest sequences, in place of drawn ones."""

from keras import ops


def beam_search(step, log_distribution, token, states, left, length, width, stop):
    """Searches for the sequences with the greatest log P, step by step, `width` of them kept.

        log P(y⟨1⟩ ... y⟨t⟩) = log P(y⟨1⟩ ... y⟨t-1⟩) + log ŷ⟨t⟩[y⟨t⟩]

    Of all continuations of the sequences kept by one token the `width` likeliest are kept; one that
    has ended goes on as it is. There is no bonus for length. The loop is one of the backend's own.
    Graves 2012, "Sequence transduction with recurrent neural networks", section 2.5; the course
    calls `width` B.

    Args:
        step: a function from tokens [b] and states to logits [b, tokens] and states.
        log_distribution: a function from logits to log probabilities, [b, tokens].
        token: int32 [1], the first x.
        states: tensors [1, ...].
        left: how many `stop`s end a sequence, at least 1.
        length: the most tokens of a sequence.
        width: how many are kept.
        stop: the token that may end a sequence.

    Returns:
        The tokens, int32 [width, length], the likeliest sequence first, `stop` wherever one has
        ended; and log P, float32 [width], -inf where there are fewer sequences than `width`.
    """
    token = ops.repeat(token, width, axis=0)
    states = [ops.repeat(state, width, axis=0) for state in states]
    left = ops.full((width,), left, dtype="int32")
    found = ops.full((length, width), stop, dtype="int32")
    # At first all are the same one.
    log_p = ops.where(ops.arange(width) == 0, 0.0, -float("inf"))

    def goes_on(t, token, left, found, log_p, *states):
        return ops.logical_and(t < length, ops.any(left > 0))

    def body(t, token, left, found, log_p, *states):
        logits, states = step(token, list(states))
        tokens = logits.shape[-1]
        only_stop = ops.where(ops.arange(tokens) == stop, 0.0, -float("inf"))
        more = ops.where((left > 0)[:, None], log_distribution(logits), only_stop)
        log_p, places = ops.top_k(ops.reshape(log_p[:, None] + more, (-1,)), width)
        places = ops.cast(places, "int32")
        parents, token = places // tokens, places % tokens
        left, states = ops.take(left, parents), [ops.take(s, parents, axis=0) for s in states]
        left = left - ops.cast(ops.logical_and(token == stop, left > 0), "int32")
        found = ops.take(found, parents, axis=1)
        found = ops.scatter_update(found, ops.reshape(t, (1, 1)), token[None])
        return (t + 1, token, left, found, log_p, *states)

    start = (ops.zeros((), "int32"), token, left, found, log_p, *states)
    _, _, _, found, log_p, *_ = ops.while_loop(goes_on, body, start)
    return ops.transpose(found), log_p
