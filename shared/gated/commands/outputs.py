"""What commands print: predictions a line, and the metrics of an evaluation."""

import contextlib
import json as json_format
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console, RenderableType
from rich.table import Table

from gated.errors import BadUsage
from gated.runs.folder import RunFolder
from gated.whole import whole

Metrics = dict[str, Any]


@dataclass(frozen=True)
class Done:
    """What the file that a command goes on with holds: so many parts, the last of them."""

    count: int = 0
    last: bytes = b""


def check_resume(
    resume: bool,
    out: Path | None,
    possible: bool,
    formats: str = "a line of --format json for each input",
) -> None:
    """Raises BadUsage if `--resume` does not go with the other options.

    Args:
        resume: whether it is given.
        out: where the output goes.
        possible: whether the output says which inputs are through.
        formats: which do.
    """
    if resume and not (out and possible):
        raise BadUsage(f"--resume goes with --out and {formats}")


@contextlib.contextmanager
def printing_to(out: Path | None, end: str | None = None, resume: bool = False) -> Iterator[Done]:
    """What is printed within goes to a file, which gets its name once it is whole.

    Args:
        out: the file; None: standard output.
        end: of each part of what can be gone on with, such as the end of a line; until such a file
            is whole it is called `.partial`, and stays there if it does not become so.
        resume: go on after the last whole part of the one that is there.

    Raises:
        BadUsage: if the file cannot be written.
    """
    if out is None:
        yield Done()
        return
    with contextlib.ExitStack() as stack:
        try:
            if out.is_dir():
                raise IsADirectoryError(None, "is a folder")
            temporary = stack.enter_context((_partial if end else whole)(out))
            done = Done()
            if end and resume and temporary.exists():
                done = _whole_parts(temporary, end.encode())
            mode = "a" if resume else "w"
            # Names of files are bytes, and may be no text.
            file = stack.enter_context(
                open(temporary, mode, encoding="utf-8", errors="surrogateescape", newline="\n")
            )
        except OSError as error:
            raise BadUsage(f"--out {out}: cannot be written: {error.strerror}") from None
        stack.enter_context(contextlib.redirect_stdout(file))
        yield done


@contextlib.contextmanager
def _partial(path: Path) -> Iterator[Path]:
    """As `whole`, but what is not complete stays, unless there is nothing in it."""
    partial = path.with_name(f"{path.name}.partial")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        yield partial
    except BaseException:
        if partial.is_file() and not partial.stat().st_size:
            partial.unlink()
        raise
    partial.replace(path)


def _whole_parts(path: Path, end: bytes) -> Done:
    """What a file holds, but for a last part without an end, which is cut off."""
    with open(path, "r+b") as file:
        count, size, last, part = 0, 0, b"", b""
        for line in file:
            part += line
            if part.endswith(end):
                count, size, last, part = count + 1, size + len(part), part, b""
        file.truncate(size)
    return Done(count, last)


def json_line(found: Any) -> str:
    """An object on one line, without its end."""
    return json_format.dumps(found, ensure_ascii=False)


def print_json(found: Any) -> None:
    """Prints an object on one line, which is there at once."""
    print(json_line(found), flush=True)


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
        # In a table a title is broken where the table ends.
        if isinstance(table, Table) and table.title:
            console.print(table.title, soft_wrap=True)
            table.title = None
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
