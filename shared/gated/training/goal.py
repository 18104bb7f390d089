"""By what the best of several models, or epochs, is chosen."""


def less_is_better(goal: str) -> bool:
    """Of a metric with such a name: a loss, or a character error rate."""
    return goal.endswith(("loss", "cer"))
