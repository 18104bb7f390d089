"""Trains without a break; then kills the same training again and again, as often as is asked for.

    python -m tests.apps.killing APP SEED KILLS WHOLE CUT OPTIONS...

WHOLE and CUT are the run folders. The processes are forks of this one, which has imported what
takes long and has done nothing yet. Prints the exit status of each training that was left alone,
the one into WHOLE and the last into CUT.
"""

import importlib
import os
import random
import signal
import sys
import time
from pathlib import Path

_WAIT = 120  # seconds, in which anything should have happened


def main(app, seed, kills, whole, cut, *options):
    from gated.commands.command import run_command
    from gated.commands.quiet import import_keras

    import_keras()
    train = importlib.import_module(f"apps.{app}.train").train

    def start(run, *more):
        if child := os.fork():
            return child
        sys.argv[1:] = [*options, "--run", run, *more]
        run_command(train)
        os._exit(0)

    _end(start(whole))
    run, rng, kills = Path(cut), random.Random(int(seed)), int(kills)
    for number in range(kills):
        child = start(cut, "--save-every", "0")
        _wait(_moment(run, number, kills, rng), child)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    _end(start(cut, "--save-every", "0"))


def _end(child):
    _, status = os.waitpid(child, 0)
    print(os.waitstatus_to_exitcode(status), flush=True)


def _moment(run, number, kills, rng):
    """When to kill: at first before anything is saved, at last in the final evaluation."""
    last, delay = run / "checkpoint" / "last.npz", rng.uniform(0, 0.2)
    if number == 0:
        return _after(run.exists, delay)
    if number == kills - 1:
        return _after((run / "model.keras").exists, 0)
    before = _time_of(last)
    return _after(lambda: _time_of(last) != before, delay)


def _after(happened, delay):
    since = []

    def now():
        if happened() and not since:
            since.append(time.monotonic())
        return since and time.monotonic() - since[0] >= delay

    return now


def _wait(moment, child):
    end = time.monotonic() + _WAIT
    while not moment():
        if os.waitpid(child, os.WNOHANG)[0] or time.monotonic() > end:
            sys.exit("the training was over before it was killed")
        time.sleep(0.001)


def _time_of(path):
    return path.stat().st_mtime_ns if path.exists() else None


if __name__ == "__main__":
    main(*sys.argv[1:])
