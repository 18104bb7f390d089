"""The frame of every command: options from a signature, errors as one line, exit status."""

import functools
import inspect
import io
import logging
import re
import sys
from collections.abc import Callable
from typing import Any

import tyro

from gated.commands.ending import status_of
from gated.commands.options import check_values


def run_command(command: Callable[..., Any], called: str | None = None) -> None:
    """Calls `command` with options from the command line.

    Their names, types and checks come from its signature, their help from its docstring, and what
    `--help` says first from the docstring of its module. There the command stands as it is
    `called`, `gated ner train` say, in place of `python -m apps.ner.train`.

    The exit status is that of `status_of`.
    """
    logging.getLogger("absl").setLevel(logging.ERROR)
    if isinstance(sys.stdout, io.TextIOWrapper):
        # Names of files are bytes, and may be no text.
        sys.stdout.reconfigure(errors="surrogateescape")
    module = sys.modules[command.__module__]
    name = module.__spec__.name.removesuffix(".__main__") if module.__spec__ else None
    called = called or (f"python -m {name}" if name else None)
    description = module.__doc__
    if name and called and description:
        description = description.replace(f"python -m {name.removeprefix('gated.')}", called)
    # tyro keeps the line ends of a docstring; its text is to fill the width of the terminal.
    command.__doc__ = re.sub(r"\n {12}", " ", command.__doc__ or "")

    @functools.wraps(command)
    def checked(*given: Any, **named: Any) -> Any:
        check_values(command, inspect.signature(command).bind(*given, **named).arguments)
        return command(*given, **named)

    status = status_of(
        lambda: tyro.cli(
            checked,
            prog=called,
            description=description,
            config=(tyro.conf.FlagCreatePairsOff, tyro.conf.OmitArgPrefixes),
        )
    )
    if status:
        sys.exit(status)
