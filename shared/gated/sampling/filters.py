"""From logits to the distribution that a token is drawn from."""

from keras import ops


def next_distribution(logits, never=(), temperature=1.0, top_k=0, top_p=1.0):
    """The probabilities of the next token.

        p = softmax(logits / temperature)
        without the tokens of `never`, then without all but the `top_k` most likely, then without
        those after the first whose probabilities sum to `top_p`; renormalized.

    Leaving tokens out and renormalizing gives what drawing again until none of them comes would
    give. Top-p: Holtzman et al. 2020, "The curious case of neural text degeneration", section 3.1.

    Args:
        logits: [b, tokens].
        never: ids, none of which is ever drawn, such as that of `<UNK>`.
        temperature: a number or a tensor; less than 1 makes likely tokens likelier, and at 0 only
            the likeliest is left.
        top_k: how many tokens there are at most to draw from, a number or a tensor; 0 for all.
            Of equally likely ones the first are kept.
        top_p: in (0, 1], a number or a tensor.

    Returns:
        float32 [b, tokens].
    """
    logits = ops.cast(logits, "float32")
    tokens = logits.shape[-1]
    if never:
        out = ops.any(ops.arange(tokens)[:, None] == ops.array(never)[None], axis=-1)
        logits = ops.where(out, -float("inf"), logits)
    if ops.is_tensor(temperature):
        top_k = ops.where(temperature == 0, 1, top_k)
        temperature = ops.where(temperature == 0, 1.0, temperature)
    elif temperature == 0:
        top_k, temperature = 1, 1.0
    p = ops.softmax(logits / temperature, axis=-1)
    if _given(top_k, 0) or _given(top_p, 1):
        order = ops.argsort(-p, axis=-1)
        ranks = ops.argsort(order, axis=-1)
        likely = ops.take_along_axis(p, order, axis=-1)
        kept = ops.where(ops.equal(top_k, 0), tokens, top_k)
        # A token is kept if those before it do not reach top_p yet.
        before = ops.cumsum(likely, axis=-1) - likely
        within = (ops.arange(tokens) < kept) & ((before < top_p) | ops.equal(top_p, 1.0))
        p = ops.where(ops.take_along_axis(within, ranks, axis=-1), p, 0.0)
        p = p / ops.sum(p, axis=-1, keepdims=True)
    return p


def draw(p, u):
    """The token at which the sum of the probabilities [b, tokens] passes u [b], in [0, 1)."""
    sums = ops.cumsum(p, axis=-1)
    # Rounding may leave the last sum under 1, and so under u.
    token = ops.sum(ops.cast(sums <= (u * sums[:, -1])[:, None], "int32"), axis=-1)
    last = p.shape[-1] - 1 - ops.argmax(ops.flip(p > 0, axis=-1), axis=-1)
    return ops.minimum(token, ops.cast(last, "int32"))


def _given(value, default):
    return ops.is_tensor(value) or value != default
