"""The metrics of a language model as a table."""

from collections.abc import Iterator

from rich.table import Table

from gated.commands.outputs import Metrics


def tables(metrics: Metrics) -> Iterator[Table]:
    """The mean over the tokens of a text, in each unit that it is given in."""
    table = Table(title=f"{metrics['set']}: {metrics['tokens']} tokens", title_justify="left")
    table.add_column("")
    table.add_column("", justify="right")
    for name in ("nats_per_token", "perplexity", "bits_per_character"):
        if name in metrics:
            table.add_row(name.replace("_", " "), f"{metrics[name]:.4f}")
    table.add_row("unknown tokens", str(metrics["unknown"]))
    if "dynamic" in metrics:
        table.add_row("dynamic evaluation at", f"{metrics['dynamic']:g}")
    yield table
