"""The metrics of a language model on a text."""

import math
from collections.abc import Callable

from gated.commands.outputs import Metrics

from ..reading.text import Ids, Text
from .dynamic import score_while_learning
from .language_model import LanguageModel


def score(
    language_model: LanguageModel,
    text: Text,
    items: bool,
    dynamic: float = 0.0,
    advance: Callable[[int], object] = lambda count: None,
) -> Metrics:
    """The log-likelihood of a text as a mean over its tokens, and what follows from it.

    Args:
        language_model: dynamic evaluation changes its weights.
        text: read a part at a time, however long it is.
        items: each line is a text of its own.
        dynamic: the learning rate of dynamic evaluation, or 0.
        advance: is told how many tokens are through.
    """
    codec = language_model.codec
    ids = Ids(text, codec)
    if dynamic:
        log_p = score_while_learning(language_model, ids, dynamic, advance)
    else:
        parts = language_model.score_all_items(ids) if items else language_model.score_windows(ids)
        log_p = 0.0
        for part in parts:
            log_p += float(part.sum(dtype="float64"))
            advance(part.size)
    nats = -log_p / len(ids)
    metrics = {
        "tokens": len(ids),
        "unknown": sum(int((piece == codec.unknown).sum()) for piece in ids.pieces()),
        "nats_per_token": nats,
        "perplexity": math.exp(nats) if nats < 700 else math.inf,
    }
    if codec.level == "char":
        metrics["bits_per_character"] = nats / math.log(2)
    if dynamic:
        metrics["dynamic"] = dynamic
    return metrics
