"""The metrics of a language model on a text."""

import math
from collections.abc import Sequence

import numpy as np

from gated.runs.outputs import Metrics

from .dynamic import score_while_learning
from .language_model import LanguageModel


def score(
    language_model: LanguageModel, tokens: Sequence[str], items: bool, dynamic: float = 0.0
) -> Metrics:
    """The log-likelihood of a text as a mean over its tokens, and what follows from it.

    Args:
        language_model: dynamic evaluation changes its weights.
        tokens: of the text.
        items: each line is a text of its own.
        dynamic: the learning rate of dynamic evaluation, or 0.
    """
    codec = language_model.codec
    ids = codec.ids(tokens)
    if dynamic:
        log_p = score_while_learning(language_model, ids, dynamic)
    elif items:
        each = np.concatenate(list(language_model.score_items(codec.items(ids))))
        log_p = each.sum(dtype="float64")
    else:
        log_p = language_model.score_text(ids).sum(dtype="float64")
    nats = -float(log_p) / len(ids)
    metrics = {
        "tokens": len(ids),
        "unknown": int((ids == codec.unknown).sum()),
        "nats_per_token": nats,
        "perplexity": math.exp(nats) if nats < 700 else math.inf,
    }
    if codec.level == "char":
        metrics["bits_per_character"] = nats / math.log(2)
    if dynamic:
        metrics["dynamic"] = dynamic
    return metrics
