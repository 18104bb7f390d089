"""Files and folders that are written whole or not at all."""

import contextlib
import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

_TEMPORARY = re.compile(r"\.\d+\..")


def is_temporary(path: Path) -> bool:
    """Whether a path is one that `whole` gave."""
    return _TEMPORARY.match(path.name) is not None


@contextlib.contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Gives a temporary path of the same ending; what is there at the end gets the name `path`.

    What stood at `path` stays there until the new file, or folder, is complete, and for good where
    an exception is raised.
    """
    temporary = path.with_name(f".{os.getpid()}.{path.name}")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        yield temporary
        if path.is_dir():
            shutil.rmtree(path)
        temporary.replace(path)
    finally:
        if temporary.is_dir():
            shutil.rmtree(temporary)
        temporary.unlink(missing_ok=True)


def write_whole(path: Path, write: Callable[[Path], Any]) -> None:
    """Calls `write` with the temporary path of `whole`."""
    with whole(path) as temporary:
        write(temporary)
