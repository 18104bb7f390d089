"""The applications, as `gated.apps` wherever Gated is installed.

In a clone they are the folder `apps` at its top. The wheel has that folder here, in place of this
file.
"""

from pathlib import Path

__path__ = [str(Path(__file__).parents[3] / "apps")]
