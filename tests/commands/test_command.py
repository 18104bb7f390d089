"""The frame of the commands: options, errors, exit status."""

import io
import sys
from typing import Annotated

import pytest

from gated.commands.command import run_command
from gated.commands.options import at_least
from gated.errors import BadData, BadUsage

RAISED = {"data": BadData("a:1: bad"), "usage": BadUsage("no such"), "stop": KeyboardInterrupt()}


def command(outcome: str = "fine", *, count: Annotated[int | None, at_least(1)] = None) -> None:
    """Does what it is asked.

    Args:
        outcome: how it ends,
            a word.
        count: how often.
    """
    if outcome in RAISED:
        raise RAISED[outcome]
    print(outcome, count)


def call(monkeypatch, *arguments):
    monkeypatch.setattr(sys, "argv", ["command", *arguments])
    with pytest.raises(SystemExit) as exit_:
        run_command(command)
    return exit_.value.code


def test_a_name_that_is_no_text_is_printed(monkeypatch):
    out = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(out, "utf-8"))
    monkeypatch.setattr(sys, "argv", ["command", "--outcome", "caf\udce9.txt"])
    run_command(command)
    sys.stdout.flush()
    assert out.getvalue() == b"caf\xe9.txt None\n"


def test_success(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["command", "--outcome", "done", "--count", "3"])
    run_command(command)
    assert capsys.readouterr() == ("done 3\n", "")


@pytest.mark.parametrize(
    ("outcome", "status", "line"),
    [("data", 1, "error: a:1: bad"), ("usage", 2, "error: no such"), ("stop", 130, "interrupted")],
)
def test_failure(monkeypatch, capsys, outcome, status, line):
    assert call(monkeypatch, "--outcome", outcome) == status
    assert capsys.readouterr() == ("", f"{line}\n")


def test_checks_of_arguments(monkeypatch, capsys):
    assert call(monkeypatch, "--outcome", "data", "--count", "0") == 2
    assert capsys.readouterr() == ("", "error: --count 0: expected at least 1\n")


@pytest.mark.parametrize("arguments", [["--count", "x"], ["--nosuch"], ["--count"]])
def test_bad_options(monkeypatch, capsys, arguments):
    assert call(monkeypatch, *arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert arguments[0] in err
    assert "Traceback" not in err


def test_help(monkeypatch, capsys):
    assert call(monkeypatch, "--help") == 0
    out = " ".join(capsys.readouterr().out.replace("│", " ").split())
    assert "exit status" in out  # of this module's docstring
    assert "how it ends, a word" in out
