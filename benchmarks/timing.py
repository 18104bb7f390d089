"""Peers that take their turns, so that a busy moment of the machine hits all of them."""

import statistics
import time
from collections.abc import Callable

import numpy as np
from rich.console import Console
from rich.table import Table


def interleaved(peers: dict[str, Callable[[], object]], repeats: int) -> dict[str, list[float]]:
    """The seconds of each call of each peer."""
    for call in peers.values():
        for _ in range(2):
            call()  # the first call traces and compiles
    seconds: dict[str, list[float]] = {name: [] for name in peers}
    for _ in range(repeats):
        for name, call in peers.items():
            call()  # untimed: the threads of the peer before may still spin on the same cores
            start = time.perf_counter()
            call()
            seconds[name].append(time.perf_counter() - start)
    return seconds


def medians(seconds: dict[str, list[float]]) -> dict[str, float]:
    return {name: statistics.median(times) for name, times in seconds.items()}


def cells(seconds: dict[str, list[float]]) -> list[str]:
    """Milliseconds: the median, and the least in brackets."""
    return [f"{statistics.median(s) * 1e3:.1f} ({min(s) * 1e3:.1f})" for s in seconds.values()]


def print_rates(
    title: str, seconds: dict[str, list[float]], done: int, of: str, epoch: int
) -> None:
    """Prints how many things a second each peer did, and beside the first of them.

    Args:
        title: of the table.
        seconds: of the calls of each peer.
        done: how many things a call does.
        of: what they are.
        epoch: a number of them whose time is reported too.
    """
    table = Table("", title=title)
    for column in (f"{of} a second", "at most", f"{epoch:,} {of}, s", "ours / this"):
        table.add_column(column, justify="right")
    first = statistics.median(next(iter(seconds.values())))
    for name, times in seconds.items():
        median = statistics.median(times)
        rates = (f"{done / median:,.0f}", f"{done / min(times):,.0f}")
        table.add_row(name, *rates, f"{epoch / done * median:,.0f}", f"{median / first:.2f}")
    Console().print(table)


def english(count: int, length: int) -> list[list[str]]:
    """Passages of so many words each, from the texts that come with Python."""
    from pydoc_data.topics import topics

    words = [w for name in sorted(topics) for w in topics[name].split() if w.isalpha()]
    starts = np.random.default_rng(0).integers(0, len(words) - length, count)
    return [words[start : start + length] for start in starts]


def random(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).normal(size=shape).astype("float32")
