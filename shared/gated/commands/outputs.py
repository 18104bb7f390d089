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
    """What the file that a command goes on with holds: so many lines, the last of them."""

    lines: int = 0
    last: bytes = b""


def check_resume(resume: bool, out: Path | None, lines: bool) -> None:
    """Raises BadUsage if `--resume` does not go with the other options.

    Args:
        resume: whether it is given.
        out: where the output goes.
        lines: whether that is JSON, a line an input.
    """
    if resume and not (out and lines):
        raise BadUsage("--resume goes with --out and a line of --format json for each input")


@contextlib.contextmanager
def printing_to(out: Path | None, lines: bool = False, resume: bool = False) -> Iterator[Done]:
    """What is printed within goes to a file, which gets its name once it is whole.

    Args:
        out: the file; None: standard output.
        lines: until then it is called `.partial`, and stays there if it does not become whole.
        resume: go on after the last whole line of the one that is there.

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
            temporary = stack.enter_context((_partial if lines else whole)(out))
            done = _whole_lines(temporary) if resume and temporary.exists() else Done()
            mode = "a" if resume else "w"
            file = stack.enter_context(open(temporary, mode, encoding="utf-8", newline="\n"))
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


def _whole_lines(path: Path) -> Done:
    """What a file holds, but for a last line without an end, which is cut off."""
    with open(path, "r+b") as file:
        count, size, last = 0, 0, b""
        for line in file:
            if line.endswith(b"\n"):
                count, size, last = count + 1, size + len(line), line
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
