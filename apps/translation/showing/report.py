"""Metrics as tables."""

from collections.abc import Iterator

from rich.table import Table

from gated.commands.outputs import Metrics


def tables(metrics: Metrics) -> Iterator[Table]:
    """What an evaluation found, and BLEU by the length of the source."""
    title = f"{metrics['set']}: {metrics['pairs']:,} pairs, {metrics['sources']:,} sources"
    table = Table("", title=title)
    table.add_column(justify="right")
    for name, shown in (
        ("BLEU", f"{metrics['bleu']:.1f}"),
        ("chrF", f"{metrics['chrf']:.1f}"),
        ("TER", f"{metrics['ter']:.1f}"),
        ("exact matches", f"{metrics['exact']:.1%}"),
        ("perplexity", f"{metrics['perplexity']:.2f}"),
    ):
        table.add_row(name, shown)
    yield table
    lengths = Table("source tokens from", title=f"{metrics['bleu_signature']}")
    for column in ("sources", "BLEU"):
        lengths.add_column(column, justify="right")
    for row in metrics["by_length"]:
        lengths.add_row(str(row["from"]), f"{row['sources']:,}", f"{row['bleu']:.1f}")
    yield lengths
