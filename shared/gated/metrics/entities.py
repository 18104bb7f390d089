"""Precision, recall and F1 of named entities, by the seqeval library."""

import warnings
from collections.abc import Sequence

from seqeval.metrics import classification_report
from seqeval.scheme import IOB2


def entity_scores(true: Sequence[Sequence[str]], predicted: Sequence[Sequence[str]]) -> dict:
    """Scores predicted BIO2 tags.

    An entity counts as found if its first token, last token and type are right. Tags are read
    strictly: an `I-` that does not go on with an entity of its type begins none. "Overall" is the
    micro average, as in the CoNLL shared tasks.

    Returns:
        `precision`, `recall`, `f1` in [0, 1] and `support`, the number of true entities; under
        `types` the same for each type, in alphabetical order.
    """
    with warnings.catch_warnings():
        # seqeval warns of every type that is never predicted; its score is 0, as it should be.
        warnings.simplefilter("ignore")
        report = classification_report(
            [list(tags) for tags in true],
            [list(tags) for tags in predicted],
            output_dict=True,
            mode="strict",
            scheme=IOB2,
            zero_division=0,
        )
    overall = _named(report.pop("micro avg"))
    types = {name: _named(row) for name, row in report.items() if not name.endswith(" avg")}
    return {**overall, "types": types}


def _named(row: dict) -> dict:
    return {
        "precision": float(row["precision"]),
        "recall": float(row["recall"]),
        "f1": float(row["f1-score"]),
        "support": int(row["support"]),
    }
