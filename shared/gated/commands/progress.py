"""How much of its input a command has read."""

import contextlib
import sys
from collections.abc import Callable, Iterable, Iterator

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)


@contextlib.contextmanager
def bar_of_bytes(
    total: int | None, what: str = "", transient: bool = False
) -> Iterator[Callable[[int], object]]:
    """Shows a bar that a function of the number of bytes just read moves on, on a terminal.

    Args:
        total: how many there are; None, 0: that is not known.
        what: is being done.
        transient: whether the bar goes when all is read.
    """
    with _bar([TextColumn(what), BarColumn(), DownloadColumn()], total, transient) as advance:
        yield advance


@contextlib.contextmanager
def bar_of(total: float, what: str) -> Iterator[Callable[[float], object]]:
    """Likewise, of so many examples or seconds, and goes when they are through."""
    columns = [TextColumn(what), BarColumn(), MofNCompleteColumn()]
    with _bar(columns, total, transient=True) as advance:
        yield advance


@contextlib.contextmanager
def _bar(
    columns: Iterable[ProgressColumn], total: float | None, transient: bool
) -> Iterator[Callable[[float], object]]:
    if not sys.stderr.isatty():
        yield lambda size: None
        return
    # rich would send what is printed the way of the bar.
    with Progress(
        *columns,
        TimeRemainingColumn(elapsed_when_finished=True),
        console=Console(stderr=True),
        transient=transient,
        redirect_stdout=False,
        redirect_stderr=False,
    ) as bar:
        task = bar.add_task("", total=total or None)
        yield lambda size: bar.advance(task, size)
