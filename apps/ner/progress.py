"""How far the reading of files is."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn


@contextmanager
def progress(files: Sequence[Path]) -> Iterator[Callable[[int], None]]:
    """Shows a bar that a function of the number of bytes just read moves on.

    On a terminal, and if what is found goes elsewhere: its lines and the bar would overwrite each
    other.
    """
    if not files or not sys.stderr.isatty() or sys.stdout.isatty():
        yield lambda size: None
        return
    total = sum(path.stat().st_size for path in files) or None  # that of a pipe is not known
    # rich would send what is printed the way of the bar.
    with Progress(
        BarColumn(),
        DownloadColumn(),
        TimeRemainingColumn(elapsed_when_finished=True),
        console=Console(stderr=True),
        redirect_stdout=False,
        redirect_stderr=False,
    ) as bar:
        task = bar.add_task("", total=total)
        yield lambda size: bar.advance(task, size)
