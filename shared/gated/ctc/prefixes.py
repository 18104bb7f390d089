"""Prefix beam search: the likeliest texts, of which each is many paths."""

from typing import Any, NamedTuple

import keras
from keras import ops

from gated.ctc.scorers import Scorer, Sum, for_rows


class Prefixes(NamedTuple):
    """What a search has found, the best first; of score -inf and empty where there are fewer.

    Attributes:
        tokens: int32 [b, width, n], 0 for padding.
        counts: how many there are, int32 [b, width].
        log_p: log P of each, summed over the paths that spell it, float32 [b, width].
        scores: by which they are ranked, [b, width].
    """

    tokens: Any
    counts: Any
    log_p: Any
    scores: Any


def prefix_beam_search(log_p, lengths, width, scorer: Scorer | None = None, most=None):
    """Searches for the best texts frame by frame, `width` beginnings kept for each of a batch.

    p_b⟨t⟩(y) and p_n⟨t⟩(y) are P of the paths of t frames that spell y and end in a blank, or not;
    p is their sum; y' is y without its last token, y_n:

        p_b⟨t⟩(y) = ŷ⟨t⟩[0] p⟨t-1⟩(y)
        p_n⟨t⟩(y) = ŷ⟨t⟩[y_n] (p_n⟨t-1⟩(y) + (p_b⟨t-1⟩(y') if y_n ends y', else p⟨t-1⟩(y')))
        score(y)  = log p(y) + scorer(y)

    Of what is kept and all that is longer by one token, the `width` of the greatest scores are kept
    at each frame. A text is kept once, for texts are compared token by token. So with a width that
    keeps all of them log P is exact; else it lacks the paths that went through what was dropped.
    The loop is one of the backend's own.

    Graves and Jaitly 2014, "Towards end-to-end speech recognition with recurrent neural networks",
    section 3; Hannun et al. 2014, "First-pass large vocabulary continuous speech recognition using
    bi-directional recurrent DNNs", algorithm 1.

    Args:
        log_p, lengths: see `gated.ctc`.
        width: how many are kept, an integer.
        scorer: what is added to log P. Only at the end it is asked what ending adds.
        most: the most tokens of a text, an integer. None: as many as there are frames. The memory
            is `width` times that for each of the batch.
    """
    scorer = scorer or Sum()
    batch, frames, size = ops.shape(log_p)
    rows, lengths = batch * width, ops.cast(lengths, "int32")
    most = frames if most is None else most
    row, ids = ops.arange(rows, dtype="int32"), ops.arange(size, dtype="int32")
    firsts = width * (row // width)  # rows of the same utterance lie side by side
    never = -float("inf")
    certain = ops.where(ids == 0, 0.0, never)  # a blank, at the frames that do not count
    log_p = ops.transpose(ops.cast(log_p, "float32"), (1, 0, 2))

    def others(x):
        """Of each row the numbers [rows] of the rows of its utterance, [rows, width]."""
        return ops.repeat(ops.reshape(x, (-1, width)), width, axis=0)

    def goes_on(t, *_):
        return t < ops.max(lengths)

    def body(t, blank, label, extra, found, counts, last, common, states):
        now = ops.where((t < lengths)[:, None], log_p[t], certain)
        now = ops.repeat(now, width, axis=0)
        total = ops.logaddexp(blank, label)

        # Which row is longer than another by one token, and has the paths that grow to it.
        there = total > never
        longer = (common == others(counts)) & (counts[:, None] == others(counts) + 1)
        longer = longer & there[:, None] & others(there)
        parent = firsts + ops.cast(ops.argmax(longer, axis=1), "int32")
        has_parent = ops.any(longer, axis=1)
        from_parent = ops.where(
            ops.take(last, parent) == last, ops.take(blank, parent), ops.take(total, parent)
        )
        from_parent = ops.where(has_parent, from_parent, never)

        own = ops.take_along_axis(now, last[:, None], axis=1)[:, 0]
        blank, label, before = now[:, 0] + total, own + ops.logaddexp(label, from_parent), blank
        grown = now + ops.where(ids == last[:, None], before[:, None], total[:, None])
        grown = ops.where((ids > 0) & (counts < most)[:, None], grown, never)
        grown = ops.scatter_update(
            grown,
            ops.where(has_parent[:, None], ops.stack([parent, last], axis=1), 0),
            ops.full((rows,), never),
        )
        grown_extra = ops.broadcast_to(extra[:, None] + scorer.adds(states), (rows, size))

        stays = ops.reshape(ops.logaddexp(blank, label) + extra, (-1, width))
        grows = ops.reshape(grown + grown_extra, (-1, width * size))
        scores, places = ops.top_k(ops.concatenate([stays, grows], axis=1), width)
        kept = ops.reshape(scores, (-1,)) > never
        places = ops.cast(ops.reshape(places, (-1,)), "int32")
        grew = places >= width
        source = ops.where(grew, (places - width) // size, places)
        token = ops.where(grew, (places - width) % size, 0)
        chosen = firsts + source
        place = chosen * size + token

        def choose(x, longer=None):
            x = ops.take(x, chosen, axis=0)
            return x if longer is None else ops.where(grew, ops.take(longer, place), x)

        blank = ops.where(kept & ops.logical_not(grew), choose(blank), never)
        label = ops.where(kept, choose(label, grown), never)
        extra = choose(extra, grown_extra)
        counts, found = choose(counts), choose(found)
        here = grew[:, None] & (ops.arange(most + 1, dtype="int32") == counts[:, None])
        found = ops.where(here, token[:, None], found)
        counts = counts + ops.cast(grew, "int32")
        last = ops.where(grew, token, choose(last))

        # With how many tokens both of two texts begin: one more than before, if they go on alike.
        common = ops.take(common, chosen[:, None] * width + others(source))
        after = ops.take(found, row[:, None] * (most + 1) + common)
        of_other = ops.swapaxes(ops.reshape(after, (-1, width, width)), 1, 2)
        alike = (after == ops.reshape(of_other, (-1, width))) & (after > 0)
        common = common + ops.cast(alike, "int32")

        states = keras.tree.map_structure(choose, states)
        states = for_rows(grew & kept, scorer.step, (token, states), states)
        return t + 1, blank, label, extra, found, counts, last, common, states

    none = ops.zeros((rows,), "int32")
    start = (
        ops.zeros((), "int32"),
        ops.where(row == firsts, 0.0, never),  # at first there is one, and it is empty
        ops.full((rows,), never),
        ops.zeros((rows,)),
        ops.zeros((rows, most + 1), "int32"),
        none,
        none,
        ops.zeros((rows, width), "int32"),
        scorer.first(rows),
    )
    _, blank, label, extra, found, counts, *_, states = ops.while_loop(goes_on, body, start)
    total = ops.logaddexp(blank, label)
    scores = total + extra + scorer.ends(states)
    by_utterance = [ops.reshape(x, (-1, width)) for x in (counts, total, scores)]
    return _ranked(ops.reshape(found[:, :-1], (batch, width, most)), *by_utterance)


def rescored(found: Prefixes, added) -> Prefixes:
    """What was found, ranked anew by its scores and what is added to them, [b, width].

    Such as what another language model gives to the texts; see `score`.
    """
    return _ranked(found.tokens, found.counts, found.log_p, found.scores + added)


def _ranked(tokens, counts, log_p, scores):
    scores, order = ops.top_k(scores, scores.shape[-1])
    there = scores > -float("inf")
    counts, log_p = (ops.take_along_axis(x, order, axis=1) for x in (counts, log_p))
    tokens = ops.take_along_axis(tokens, order[..., None], axis=1)
    return Prefixes(
        ops.where(there[..., None], tokens, 0),
        ops.where(there, counts, 0),
        ops.where(there, log_p, -float("inf")),
        scores,
    )
