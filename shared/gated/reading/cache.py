"""Where what takes long to read is kept for the next time."""

import os
from pathlib import Path


def cache_folder() -> Path:
    """The folder of this project in the user's cache folder, as XDG has it; perhaps not there."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "gated"
