"""Feeds damaged files to the readers, and reports tracebacks, hangs, crashes and memory.

    python -m tests.fuzz
    python -m tests.fuzz --names abc midi --inputs 1000 --first 5000

An input depends on the reader and its number alone: what is reported is found again with
--first NUMBER --inputs 1, and lies in the folder --out.
"""

import faulthandler
import multiprocessing
import shutil
import tempfile
import time
from pathlib import Path
from typing import Annotated

from gated.commands.command import run_command
from gated.commands.options import at_least
from gated.errors import BadUsage
from tests.fuzz.fuzzing import fuzz
from tests.fuzz.readers import READERS


def fuzz_readers(
    names: tuple[str, ...] = (),
    inputs: Annotated[int, at_least(1)] = 100_000,
    first: Annotated[int, at_least(0)] = 0,
    out: Path = Path("runs/fuzz"),
) -> None:
    """Fuzzes readers.

    Args:
        names: of the readers. Nothing: all of them.
        inputs: how many files each reads.
        first: the number of the first.
        out: the folder to which those files go with which something is wrong.
    """
    for name in names:
        if name not in READERS:
            raise BadUsage(f"--names {name}: expected some of {', '.join(READERS)}")
    out.mkdir(parents=True, exist_ok=True)
    for name in names or READERS:
        with tempfile.TemporaryDirectory() as folder:
            given = (name, range(first, first + inputs), Path(folder), out)
            process = multiprocessing.get_context("fork").Process(target=_fuzz, args=given)
            process.start()
            process.join()
            if process.exitcode:
                shutil.copy(Path(folder) / READERS[name].file, out / f"{name}-crash")
                print(f"{name}: its process ended with {process.exitcode}", flush=True)


def _fuzz(name: str, numbers: range, folder: Path, out: Path) -> None:
    faulthandler.enable()
    begun = time.monotonic()
    places: set[str] = set()
    for fault in fuzz(name, numbers, folder):
        # One of each place is enough.
        if fault and fault.place not in places:
            places.add(fault.place)
            shutil.copy(folder / READERS[name].file, out / f"{name}-{fault.number}")
            print(f"{name} {fault.number}: {fault.kind} at {fault.place}", flush=True)
    seconds = time.monotonic() - begun
    print(f"{name}: {len(numbers):,} inputs, {seconds:.0f} s, {len(places)} faults", flush=True)


if __name__ == "__main__":
    run_command(fuzz_readers)
