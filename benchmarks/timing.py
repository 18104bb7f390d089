"""Peers that take their turns, so that a busy moment of the machine hits all of them."""

import statistics
import time
from collections.abc import Callable

import numpy as np


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


def random(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).normal(size=shape).astype("float32")
