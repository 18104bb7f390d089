"""The metrics as tables."""

from collections.abc import Iterator

from rich.table import Table

from gated.commands.outputs import Metrics


def tables(metrics: Metrics) -> Iterator[Table]:
    """The accuracy."""
    table = Table("", "accuracy", title=metrics["set"], title_justify="left")
    table.add_row(f"{metrics['texts']} texts", f"{metrics['accuracy']:.3f}")
    yield table
