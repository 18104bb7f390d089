import gc
import signal
import sys
import time

import pytest

from gated.commands.ending import status_of
from gated.commands.signals import signals_noted


class Late:
    """What is interrupted while it goes."""

    def __init__(self, number):
        self.number = number

    def __del__(self):
        signal.raise_signal(self.number)


def wait():
    for _ in range(1000):
        time.sleep(0.01)


def test_interrupt_in_del(capsys):
    def work():
        Late(signal.SIGINT)
        wait()

    assert status_of(work) == 130
    assert capsys.readouterr().err == "interrupted\n"


@pytest.mark.parametrize(
    ("number", "status", "line"),
    [(signal.SIGINT, 130, "interrupted\n"), (signal.SIGTERM, 143, "terminated\n")],
)
def test_interrupt_in_garbage_collection(number, status, line, capsys):
    def interrupt(phase, info):
        gc.callbacks.remove(interrupt)
        signal.raise_signal(number)

    def work():
        with signals_noted() as signals, signals.at_once():
            gc.callbacks.append(interrupt)
            gc.collect()
            wait()

    assert status_of(work) == status
    assert capsys.readouterr().err == line


def test_other_errors_in_del_are_passed_on(monkeypatch):
    class Broken:
        def __del__(self):
            raise ValueError("broken")

    passed = []
    monkeypatch.setattr(
        sys, "unraisablehook", lambda ignored: passed.append(str(ignored.exc_value))
    )
    assert status_of(Broken) == 0
    assert passed == ["broken"]
