"""What commands print: predictions a line, and the metrics of an evaluation."""

import contextlib
import json as json_format
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console, RenderableType

from gated.errors import BadUsage
from gated.runs.folder import RunFolder
from gated.whole import whole

Metrics = dict[str, Any]


@contextlib.contextmanager
def printing_to(out: Path | None) -> Iterator[None]:
    """What is printed within goes to a file, which gets its name once it is whole.

    Nothing: to standard output. Raises BadUsage if the file cannot be written.
    """
    if out is None:
        yield
        return
    with contextlib.ExitStack() as stack:
        try:
            if out.is_dir():
                raise IsADirectoryError(None, "is a folder")
            temporary = stack.enter_context(whole(out))
            file = stack.enter_context(open(temporary, "w", encoding="utf-8", newline="\n"))
        except OSError as error:
            raise BadUsage(f"--out {out}: cannot be written: {error.strerror}") from None
        stack.enter_context(contextlib.redirect_stdout(file))
        yield


def print_json(found: Any) -> None:
    """An object on one line."""
    print(json_format.dumps(found, ensure_ascii=False))


def save_and_report(
    run: RunFolder,
    metrics: Metrics,
    tables: Callable[[Metrics], Iterable[RenderableType]],
    json: bool,
) -> None:
    """Saves metrics in a run folder and prints them, as tables and, with `json`, on a last line."""
    run.save_json(run.metrics, metrics)
    report(metrics, tables)
    if json:
        print_json(metrics)


def report(metrics: Metrics, tables: Callable[[Metrics], Iterable[RenderableType]]) -> None:
    """Prints metrics as tables."""
    console = Console(highlight=False)
    for table in tables(metrics):
        console.print(table)


def summary(found: Sequence[Metrics], names: Iterable[str]) -> Metrics:
    """The mean, the least, the greatest and the standard deviation of metrics of several models."""
    whole: Metrics = {}
    for name in names:
        values = [metrics[name] for metrics in found]
        whole |= {
            name: float(np.mean(values)),
            f"{name}_least": float(np.min(values)),
            f"{name}_greatest": float(np.max(values)),
            f"{name}_deviation": float(np.std(values, ddof=1)),
        }
    return whole


def report_summary(whole: Metrics, names: Iterable[str], models: str) -> None:
    """Prints what `summary` gives, a metric a line."""
    for name in names:
        print(
            f"{name.replace('_', ' ')} of {models}: mean {whole[name]:.4f}, least "
            f"{whole[f'{name}_least']:.4f}, greatest {whole[f'{name}_greatest']:.4f}, standard "
            f"deviation {whole[f'{name}_deviation']:.4f}"
        )
