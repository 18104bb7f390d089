"""How a command ends: one line, and an exit status."""

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

from gated.commands.signals import Terminated
from gated.errors import BadData, BadUsage


def status_of(work: Callable[[], Any]) -> int:
    """Does what a command does, and gives its exit status.

    That is 0 on success, 1 on bad data, 2 on bad usage, 130 after Ctrl-C, 143 after SIGTERM; the
    last four leave one line on stderr.
    """
    try:
        with _interrupts_heeded():
            work()
    except (BadData, BadUsage) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1 if isinstance(error, BadData) else 2
    except Terminated:
        print("terminated", file=sys.stderr)
        return 143
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # Whoever read our output, `head` say, has enough. Python would flush into the pipe at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    return 0


@contextlib.contextmanager
def _interrupts_heeded() -> Iterator[None]:
    """Within, an interrupt that Python ignores comes again.

    It ignores what is raised in a callback of the garbage collector, of which JAX has one, and in
    a `__del__`.
    """
    before = sys.unraisablehook

    def ignored(unraisable: Any) -> None:
        if not issubclass(unraisable.exc_type, KeyboardInterrupt):
            before(unraisable)
            return
        number = signal.SIGTERM if issubclass(unraisable.exc_type, Terminated) else signal.SIGINT
        again = threading.Timer(0.01, os.kill, (os.getpid(), number))
        again.daemon = True
        again.start()

    sys.unraisablehook = ignored
    try:
        yield
    finally:
        sys.unraisablehook = before
