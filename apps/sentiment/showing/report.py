"""The metrics of a classifier as tables."""

from collections.abc import Iterator

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from gated.commands.outputs import Metrics

#: What is reported of several classifiers; the first is what the application is known by.
SUMMARY = ("accuracy", "macro_f1", "calibration_error")

_LONGEST = 90  # characters of a mistake


def tables(metrics: Metrics) -> Iterator[RenderableType]:
    """The scores by class and overall, and the most confident mistakes."""
    table = Table(title=f"{metrics['set']}: {metrics['texts']} texts", title_justify="left")
    table.add_column("class")
    for column in ("precision", "recall", "F1", "texts"):
        table.add_column(column, justify="right")
    for label, row in metrics["classes"].items():
        scores = (f"{row[key]:.3f}" for key in ("precision", "recall", "f1"))
        table.add_row(Text(label), *scores, str(row["support"]))
    yield table
    yield headline(metrics)
    if metrics["mistakes"]:
        table = Table(title="The most confident mistakes", title_justify="left")
        for column in ("probability", "predicted", "true", "text"):
            table.add_column(column)
        for one in metrics["mistakes"]:
            text = Text(" ".join(one["text"].split()))
            text.truncate(_LONGEST, overflow="ellipsis")
            labels = (Text(one[key]) for key in ("predicted", "true"))
            table.add_row(f"{one['probability']:.3f}", *labels, text)
        yield table


def headline(metrics: Metrics) -> str:
    """The scores of all classes together."""
    return (
        f"accuracy {metrics['accuracy']:.4f}, macro F1 {metrics['macro_f1']:.4f}, "
        f"calibration error {metrics['calibration_error']:.4f}"
    )
