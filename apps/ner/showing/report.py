"""The metrics of a tagger as tables."""

from collections.abc import Iterator

from rich.table import Table

from gated.commands.outputs import Metrics


def tables(metrics: Metrics) -> Iterator[Table]:
    """The scores by type and by acquaintance, and what is most often taken for what."""
    table = Table(title=f"{metrics['set']}: {metrics['sentences']} sentences", title_justify="left")
    table.add_column("type")
    for column in ("precision", "recall", "F1", "entities"):
        table.add_column(column, justify="right")
    sections = (
        metrics["types"],
        {f"{which} in training": metrics[which] for which in ("seen", "unseen")},
        {"overall": metrics},
    )
    for section in sections:
        for name, row in section.items():
            scores = (f"{row[key]:.3f}" for key in ("precision", "recall", "f1"))
            table.add_row(name, *scores, str(row["support"]))
        table.add_section()
    yield table
    if metrics["confusions"]:
        table = Table(title="Most often", title_justify="left")
        table.add_column("this")
        table.add_column("is taken for")
        table.add_column("times", justify="right")
        for row in metrics["confusions"]:
            table.add_row(row["true"], row["predicted"], str(row["count"]))
        yield table
