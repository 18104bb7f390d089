"""The loop that draws one token after the other."""

from keras import ops


def generate(step, choose, token, states, left, noise, stop, whole=False):
    """Draws sequences until each has come to its end.

        logits, states⟨t⟩ = step(x⟨t⟩, states⟨t-1⟩)
        ŷ⟨t⟩ = choose(logits, noise⟨t⟩),  x⟨t+1⟩ = ŷ⟨t⟩

    The loop is one of the backend's own: inside a compiled function no Python runs for a token.

    Args:
        step: a function from tokens [b] and states to logits [b, tokens] and states.
        choose: a function from logits and noise [b] to tokens, int32 [b].
        token: int32 [b], the first x.
        states: tensors [b, ...].
        left: int32 [b], how many more `stop`s there may be in each sequence.
        noise: [b, t], uniform numbers; t is the most tokens to draw.
        stop: the token that may end a sequence.
        whole: take all t steps, even if all sequences have ended. On a GPU that saves an answer
            from the device to the host for each token.

    Returns:
        The tokens, int32 [b, t], `stop` wherever a sequence has ended; and for going on from
        there the last token, states and left.
    """
    noise = ops.transpose(noise)
    length = ops.shape(noise)[0]
    found = ops.zeros_like(noise, dtype="int32") + stop

    def goes_on(t, token, left, found, *states):
        return t < length if whole else ops.logical_and(t < length, ops.any(left > 0))

    def body(t, token, left, found, *states):
        logits, states = step(token, list(states))
        token = ops.where(left > 0, choose(logits, noise[t]), stop)
        left = left - ops.cast(ops.logical_and(token == stop, left > 0), "int32")
        found = ops.scatter_update(found, ops.reshape(t, (1, 1)), token[None])
        return (t + 1, token, left, found, *states)

    start = (ops.zeros((), "int32"), token, left, found, *states)
    _, token, left, found, *states = ops.while_loop(goes_on, body, start)
    return ops.transpose(found), token, states, left
