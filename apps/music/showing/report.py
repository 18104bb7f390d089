"""The metrics of a model of music as a table."""

from collections.abc import Iterator

from rich.table import Table

from gated.commands.outputs import Metrics


def tables(metrics: Metrics) -> Iterator[Table]:
    """The log-likelihood, and how many notes are right."""
    title = f"{metrics['set']}: {metrics['pieces']} pieces, {metrics['frames']} frames"
    table = Table("", title=title, title_justify="left")
    table.add_column("", justify="right")
    for name in ("nats_per_frame", "strike_nats_per_frame", "frame_accuracy"):
        if metrics[name] or name != "strike_nats_per_frame":
            table.add_row(name.replace("_", " "), f"{metrics[name]:.4f}")
    yield table
