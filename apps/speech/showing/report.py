"""Metrics as tables."""

from collections.abc import Iterator

from rich.table import Table

from gated.commands.outputs import Metrics


def tables(metrics: Metrics) -> Iterator[Table]:
    """What an evaluation found, by speaker where they are known, and the worst transcripts."""
    title = f"{metrics['set']}: {metrics['utterances']:,} recordings, {metrics['seconds']:,.0f} s"
    table = Table("", title=title)
    table.add_column(justify="right")
    for name, shown in (
        ("word error rate", f"{metrics['wer']:.1%}"),
        ("character error rate", f"{metrics['cer']:.1%}"),
        ("words", f"{metrics['words']:,}"),
        ("replaced", f"{metrics['substitutions']:,}"),
        ("left out", f"{metrics['deletions']:,}"),
        ("put in", f"{metrics['insertions']:,}"),
    ):
        table.add_row(name, shown)
    yield table
    if len(metrics["by_speaker"]) > 1:
        speakers = Table("speaker")
        for column in ("words", "WER"):
            speakers.add_column(column, justify="right")
        for name, row in metrics["by_speaker"].items():
            speakers.add_row(name, f"{row['words']:,}", f"{row['wer']:.1%}")
        yield speakers
    if metrics["worst"]:
        worst = Table("", "said", "transcribed")
        for row in metrics["worst"]:
            worst.add_row(row["name"], row["said"], row["transcribed"])
        yield worst
