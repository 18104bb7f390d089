"""What takes long to read, kept in the user's cache folder for the next time."""

import os
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock

from gated.errors import BadUsage
from gated.whole import whole


def cache_folder() -> Path:
    """The folder of this project in the user's cache folder, as XDG has it; perhaps not there."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "gated"


def cached(name: str, make: Callable[[Path], object]) -> Path:
    """A folder in there, made by one process where it is not there yet, while others wait.

    Args:
        name: of the folder, which says all that what is in it depends on.
        make: writes what is to be in it into an empty one.

    Raises:
        BadUsage: where it cannot be written.
    """
    folder = cache_folder() / name
    if folder.is_dir():
        return folder
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(folder.with_name(f"{folder.name}.lock")):
            if not folder.is_dir():
                with whole(folder) as temporary:
                    temporary.mkdir()
                    make(temporary)
    except OSError as error:
        raise BadUsage(f"{folder}: cannot be made: {error.strerror}") from None
    return folder
