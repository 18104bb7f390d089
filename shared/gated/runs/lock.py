"""One command in a folder at a time."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from gated.errors import BadUsage

_NAME = "lock"


@contextlib.contextmanager
def alone(folder: Path, doing: str = "training", option: str = "--run") -> Iterator[None]:
    """Within, no other process is here. Raises BadUsage, at once, if one is already.

    The system frees the lock of a process that was killed.

    Args:
        folder: is made if need be.
        doing: what there can be one of.
        option: names another folder.
    """
    made = not folder.exists()
    path = folder / _NAME
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(path, timeout=0)
        lock.acquire()
    except Timeout:
        owner = path.read_text(encoding="utf-8").strip()
        raise BadUsage(
            f"{folder}: process {owner} is {doing} here; name another {option}"
        ) from None
    except OSError as error:
        raise BadUsage(f"{folder}: cannot be made: {error.strerror}") from None
    try:
        path.write_text(f"{os.getpid()}\n", encoding="utf-8")
        yield
    finally:
        path.unlink(missing_ok=True)
        lock.release()
        if made and folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()


def check_free(folder: Path) -> None:
    """Raises BadUsage if a process is training there."""
    if (folder / _NAME).exists():
        with alone(folder):
            pass


def is_lock(path: Path) -> bool:
    return path.name == _NAME
