"""The command `gated`: what it lists, what it runs, what it refuses."""

import subprocess
import sys

import pytest

import gated
from gated.__main__ import main

APPLICATIONS = ("lm", "music", "ner", "sentiment", "speech", "translation")


def call(monkeypatch, capsys, *arguments):
    monkeypatch.setattr(sys, "argv", ["gated", *arguments])
    try:
        main()
        status = 0
    except SystemExit as end:
        status = end.code
    return status, *capsys.readouterr()


@pytest.mark.parametrize("arguments", [[], ["--help"], ["-h"]])
def test_all_commands_are_listed(monkeypatch, capsys, arguments):
    status, out, err = call(monkeypatch, capsys, *arguments)
    assert (status, err) == (0, "")
    headed = [block.splitlines() for block in out.split("\n\n")[1:]][: len(APPLICATIONS)]
    for name, (heading, *commands) in zip(APPLICATIONS, headed, strict=True):
        assert heading.endswith(".")
        called = [line.split(maxsplit=3) for line in commands]
        assert all(one[:2] == ["gated", name] and one[3] for one in called)
        assert {"train", "evaluate"} <= {one[2] for one in called}


def test_the_commands_of_one_application(monkeypatch, capsys):
    status, out, err = call(monkeypatch, capsys, "ner", "--help")
    assert (status, err) == (0, "")
    assert call(monkeypatch, capsys, "ner") == (0, out, "")
    assert "gated ner predict" in out
    assert "gated ner config" not in out
    assert "gated lm" not in out


def test_a_command_is_called_as_it_was(monkeypatch, capsys):
    status, out, _ = call(monkeypatch, capsys, "sentiment", "train", "--help")
    assert status == 0
    assert out.startswith("usage: gated sentiment train")
    assert "    gated sentiment train --corpus" in out
    assert "python -m" not in out


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["nosuch"], "error: gated has no 'nosuch'; gated --help"),
        (["ner", "config"], "error: gated ner has no 'config'; gated ner --help"),
        (["ner", "--version"], "error: gated ner has no '--version'"),
        (["sentiment", "predict", "--run", "nosuch", "a"], "error: nosuch: "),
    ],
)
def test_what_is_not_there(monkeypatch, capsys, arguments, line):
    status, out, err = call(monkeypatch, capsys, *arguments)
    assert (status, out) == (2, "")
    assert err.startswith(line)
    assert err.count("\n") == 1


def test_a_listing_imports_no_backend():
    code = """
import sys
from gated.__main__ import main

main()
sys.exit(", ".join({"keras", "numpy", "tensorflow", "tyro"} & sys.modules.keys()) or 0)
"""
    environment = {"PYTHONPATH": ":".join(sys.path)}
    subprocess.run([sys.executable, "-c", code], check=True, env=environment)


def test_version(monkeypatch, capsys):
    assert call(monkeypatch, capsys, "--version") == (0, f"gated {gated.__version__}\n", "")
