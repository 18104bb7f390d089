"""Ctrl-C, and the SIGTERM by which a cluster takes a machine away, in training."""

import contextlib
import signal
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any


class Terminated(KeyboardInterrupt):
    """SIGTERM came."""


class Signals:
    """Which of them has come.

    Attributes:
        patience: seconds for which one is not heeded.
    """

    patience = 0.0

    def __init__(self) -> None:
        self.noted: int | None = None
        self.since = 0.0
        self.waiting = True

    def note(self, number: int) -> None:
        """Keeps the first one. A second does not wait, nor does any within `at_once`."""
        if self.noted is None:
            self.noted, self.since = number, time.monotonic()
            if self.waiting:
                return
        self.check()

    @contextlib.contextmanager
    def at_once(self) -> Iterator[None]:
        """Within, one is raised where it comes."""
        self.waiting = False
        try:
            self.check()
            yield
        finally:
            self.waiting = True

    @property
    def heeded(self) -> bool:
        return self.noted is not None and time.monotonic() - self.since >= self.patience

    def check(self) -> None:
        """Raises KeyboardInterrupt after Ctrl-C, Terminated after SIGTERM."""
        if self.heeded:
            raise Terminated if self.noted == signal.SIGTERM else KeyboardInterrupt


@contextlib.contextmanager
def signals_noted() -> Iterator[Signals]:
    """Within, both are noted for whoever asks between two steps.

    Thrown in the midst of TensorFlow's own training, an exception has been seen to corrupt its
    memory.
    """
    signals = Signals()
    if threading.current_thread() is not threading.main_thread():
        yield signals  # they go to the main thread
        return
    with handled_by(lambda number, frame: signals.note(number)):
        yield signals


@contextlib.contextmanager
def handled_by(handler: Callable[[int, Any], None]) -> Iterator[None]:
    """Within, both call a function."""
    previous = {
        number: signal.signal(number, handler) for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield
    finally:
        for number, before in previous.items():
            signal.signal(number, before)
