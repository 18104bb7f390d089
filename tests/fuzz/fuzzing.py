"""Feeds damaged files to a reader, and finds what goes wrong."""

import contextlib
import io
import resource
import signal
import traceback
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from gated.errors import BadData, BadUsage
from tests.fuzz.mutation import damaged
from tests.fuzz.readers import READERS, Reader

LONGEST = 5.0  # seconds of a processor, for a file of some thousand bytes
LARGEST = 2**28  # bytes


class Hang(BaseException):
    """Not an Exception, which some readers turn into BadData."""


@dataclass(frozen=True)
class Fault:
    """What is wrong with the reading of an input, by its number, and where."""

    number: int
    kind: str
    place: str


def fuzz(name: str, numbers: Iterable[int], folder: Path) -> Iterator[Fault | None]:
    """What is wrong with the reading of each input, if anything; it lies in the folder then."""
    reader = READERS[name]
    path = folder / reader.file
    before = signal.signal(signal.SIGPROF, _hang)
    try:
        for number in numbers:
            path.write_bytes(damaged(reader.examples, f"{name} {number}"))
            yield _read(reader, path, number)
    finally:
        signal.signal(signal.SIGPROF, before)


def _hang(*_):
    raise Hang


def _read(reader: Reader, path: Path, number: int) -> Fault | None:
    memory = _most_memory()
    try:
        signal.setitimer(signal.ITIMER_PROF, LONGEST)
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            reader.read(path)
    except (BadData, BadUsage) as error:
        if "\n" in str(error):
            return Fault(number, "more than one line", repr(str(error))[:100])
    except (Exception, Hang) as error:
        last = traceback.extract_tb(error.__traceback__)[-1]
        kind = f"{type(error).__name__}: {error}"[:100]
        return Fault(number, kind, f"{Path(last.filename).name}:{last.lineno}")
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    if (grown := _most_memory() - memory) > LARGEST:
        return Fault(number, f"{grown:,} bytes", "memory")
    return None


def _most_memory() -> int:
    return 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
