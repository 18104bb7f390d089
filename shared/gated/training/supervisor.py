"""Work in a process of its own, of whose end another one says what it means."""

import contextlib
import os
import re
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator

from gated.commands.signals import handled_by

# What JAX writes before it ends a process because another one is gone.
_NATIVE = re.compile(r"[EF]\d{4} .*(coordination_service|client\.h)")
_DEAD = re.compile(r"unhealthy \(stopped sending heartbeats\):\n([\d\n,]+)")
_FIRST = re.compile(r"Failed to send RPC to coordination service")


def supervise(work: Callable[[], int]) -> None:
    """Does work in another process, which may be ended by JAX.

    Ctrl-C and SIGTERM go on to it. What it writes to stderr is passed on, but for what JAX says of
    processes that are gone: of that one line is made.

    Args:
        work: gives the exit status.

    Raises:
        SystemExit: with its status, unless that is 0.
    """
    sys.stdout.flush()
    read, write = os.pipe()
    lives, here = os.pipe()
    child = os.fork()
    if not child:
        os.close(here)
        os.dup2(write, 2)
        os.setpgid(0, 0)  # so that Ctrl-C reaches the supervisor alone
        threading.Thread(target=_end_with, args=(lives,), daemon=True).start()
        status = 1
        try:
            status = work()
            sys.stdout.flush()
        except BaseException:
            traceback.print_exc()
        finally:
            # JAX would wait for the other processes.
            os._exit(status)
    os.close(write)
    os.close(lives)
    with _passing_on(child) as passed:
        native = _relay(read)
        _, ended = os.waitpid(child, 0)
    status = os.waitstatus_to_exitcode(ended)
    if status == -signal.SIGABRT:
        status = _explain(native, passed)
    else:
        sys.stderr.write(native)
    if status:
        sys.exit(status if status > 0 else 128 - status)


def _end_with(lives: int) -> None:
    """Ends this process when the supervisor's is gone, however it ended."""
    os.read(lives, 1)
    os._exit(1)


@contextlib.contextmanager
def _passing_on(child: int) -> Iterator[list[int]]:
    """Passes signals on; gives those that came."""
    passed: list[int] = []

    def on(number, frame):
        passed.append(number)
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, number)

    with handled_by(on):
        yield passed


def _relay(read: int) -> str:
    """Passes lines on until JAX ends the process; gives what it says then."""
    native: list[str] = []
    with os.fdopen(read, encoding="utf-8", errors="replace") as lines:
        for line in lines:
            if native or _NATIVE.match(line):
                native.append(line)
            else:
                sys.stderr.write(line)
                sys.stderr.flush()
    return "".join(native)


def _explain(native: str, passed: list[int]) -> int:
    """Says why JAX has ended the process; gives the exit status."""
    if passed:
        terminated = passed[0] == signal.SIGTERM
        print("terminated" if terminated else "interrupted", file=sys.stderr)
        return 143 if terminated else 130
    if found := _DEAD.search(native):
        which = f"process {', '.join(found[1].split())} is"
    elif _FIRST.search(native):
        which = "process 0 is"
    else:
        sys.stderr.write(native)
        which = "another process is"
    print(f"error: {which} gone; the same commands go on from the last save", file=sys.stderr)
    return 1
