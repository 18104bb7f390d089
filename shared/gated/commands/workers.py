"""Predictions by many processes, on one machine or many, with Ray Data."""

import contextlib
import functools
import json
import logging
import os
import signal
import threading
import warnings
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from itertools import islice, tee
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, TypeVar

from gated.commands.inputs import Given, Predict, after
from gated.commands.outputs import Done, json_line
from gated.commands.progress import bar_of_bytes
from gated.commands.quiet import quiet
from gated.commands.shards import Predicted, Shards
from gated.commands.signals import Terminated
from gated.errors import BadData, BadUsage
from gated.reading.files import in_memory
from gated.runs.lock import alone

if TYPE_CHECKING:
    from gated.commands.stores import Stored

T = TypeVar("T")

_READERS = 2  # of files, at once
_IN_FLIGHT = 2**28  # bytes that are read and not written yet
_RETRIES = 3  # of texts whose worker died
_ITEMS = 1000  # parts of the list of files
_ENDING = 60  # seconds in which Ray Data should have ended


@dataclass(frozen=True)
class _Group:
    """Texts that are read at once, or what is predicted of them, as it goes from one to another."""

    file: int
    #: How much of the file.
    size: int
    #: JSON.
    content: bytes = b""
    #: What is wrong, in place of it; with the options, not with the data.
    error: str = ""
    is_usage: bool = False

    def failed(self, error: BadData | BadUsage) -> "_Group":
        return replace(self, content=b"", error=str(error), is_usage=isinstance(error, BadUsage))

    def check(self) -> None:
        """Raises BadData, or BadUsage, if something is wrong."""
        if self.error:
            raise BadUsage(self.error) if self.is_usage else BadData(self.error)


def predict_by_workers(
    load: Callable[[], Predict],
    workers: int,
    *,
    texts: Sequence[str],
    files: Sequence[str],
    input: str | None,
    format: str | None,
    out: Path | None,
    resume: bool,
) -> None:
    """Predicts in other processes, into shards in a folder, and an id with each prediction.

    Each line is what the command would print without workers. What has no key `id` gets one, file
    and line number, `texts.txt:17`.

    Args:
        load: loads a model. Ray calls it in each of the processes, and sends it there with
            cloudpickle: a function of a module, or a partial one.
        workers: how many processes.
        texts, files, input, format, out, resume: the options of the command.

    Raises:
        BadUsage: if the options do not go together, or there is no Ray.
        BadData: with file and line, on the first text that is none. What comes before is written.
    """
    if texts or not files:
        given = "texts" if texts else "standard input"
        raise BadUsage(f"--workers goes with --file, not {given}")
    if format not in (None, "json"):
        raise BadUsage(f"--workers goes with --format json, not {format}")
    if out is None:
        raise BadUsage("--workers goes with --out FOLDER")
    data = _import_ray()
    from gated.commands.stores import find

    stored = find(files)
    known = all(one.size is not None for one in stored)
    total = sum(one.size or 0 for one in stored) if known else None
    wrong: BaseException | None = None

    def predicted(rows: Iterator[dict]) -> Iterator[Predicted]:
        nonlocal wrong
        # What ends it comes after the shard that is begun.
        try:
            for group in (_Group(**row) for row in rows):
                advance(group.size)
                group.check()
                yield Predicted(group.file, group.content)
        except (BadData, BadUsage, KeyboardInterrupt) as error:
            wrong = error

    with alone(out, "predicting", "--out"):
        shards = Shards(out, len(stored), resume)
        done = [shards.done(file) for file in range(len(stored))]
        with _ray(workers), bar_of_bytes(total) as advance:
            read = partial(_read, stored=stored, done=done, input=input)
            rows = _one_line(_rows(data, len(stored), read, load, workers))
            # While `wrong` is held its frames are, and would keep Ray Data at work.
            with contextlib.closing(rows):
                shards.write(predicted(rows))
    if wrong:
        raise wrong


def _rows(
    data: ModuleType, files: int, read: Callable, load: Callable[[], Predict], workers: int
) -> Iterable[dict]:
    """What workers predict of what is read of files, in the order of the files."""
    items = [{"file": file} for file in range(files)]
    return (
        data.from_items(items, override_num_blocks=min(files, _ITEMS))
        # Without CPUs of their own, which the models need.
        .flat_map(read, compute=data.TaskPoolStrategy(min(_READERS, files)), num_cpus=0)
        .map(
            _Worker,
            fn_constructor_args=(load,),
            compute=data.ActorPoolStrategy(size=workers),
            num_cpus=1,
            max_task_retries=_RETRIES,
        )
        .iter_rows()
    )


def _read(
    item: dict, stored: "Sequence[Stored]", done: Sequence[Done], input: str | None
) -> Iterator[dict]:
    """The texts of a file that are not predicted yet, in groups."""
    file = item["file"]
    size = 0

    def skip(bytes_read: int) -> None:
        nonlocal size
        size += bytes_read

    try:
        for some in _in_memory(after(stored[file].texts(input), done[file], skip)):
            size += sum(one.size for one in some)
            content = json_line([(one.place, _with_id(one)) for one in some])
            yield asdict(_Group(file, size, content.encode()))
            size = 0
    except (BadData, BadUsage) as error:
        yield asdict(_Group(file, size).failed(error))


def _in_memory(given: Iterator[Given]) -> Iterator[list[Given]]:
    """In the groups in which the commands predict without workers: to the bit the same."""
    given, beside = tee(given)
    for texts in in_memory(one.text for one in given):
        yield list(islice(beside, len(texts)))


def _with_id(one: Given) -> dict:
    fields = one.fields or {"text": one.text}
    return fields if "id" in fields else {"id": one.place, **fields}


class _Worker:
    """A process with a model."""

    def __init__(self, load: Callable[[], Predict]):
        self._load = functools.cache(load)

    def __call__(self, row: dict) -> dict:
        group = _Group(**row)
        if group.error:
            return row
        given = (
            Given(fields["text"], fields, 0, place) for place, fields in json.loads(group.content)
        )
        try:
            lines = "".join(f"{json_line(found)}\n" for found in self._load()(given))
        except (BadData, BadUsage) as error:
            return asdict(group.failed(error))
        return asdict(replace(group, content=lines.encode()))


def _import_ray() -> ModuleType:
    """Ray Data, which says nothing but what goes wrong."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # it would send them
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")
    try:
        import ray.data
    except ModuleNotFoundError:
        raise BadUsage("--workers needs Ray: pip install 'gated[ray]'") from None
    for name in ("ray", "ray.data"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    # That files are few; and that how often texts are tried again will be said in another way.
    warnings.filterwarnings("ignore", module=r"ray\.data\.|gated\.commands\.workers")
    return ray.data


@contextlib.contextmanager
def _ray(workers: int) -> Iterator[None]:
    """Within, Ray runs, or this process is part of the cluster that there is."""
    import ray
    from ray.data import DataContext, ExecutionResources

    handler = signal.getsignal(signal.SIGTERM)
    with quiet(2):
        ray.init(include_dashboard=False, log_to_driver=False, logging_level=logging.CRITICAL)
    signal.signal(signal.SIGTERM, _end)
    try:
        cpus = int(ray.cluster_resources().get("CPU", 0))
        if workers > cpus:
            raise BadUsage(f"--workers {workers}: Ray has {cpus} CPUs, and each takes one")
        context = DataContext.get_current()
        context.enable_progress_bars = False
        context.execution_options.preserve_order = True
        context.execution_options.resource_limits = ExecutionResources(
            object_store_memory=_IN_FLIGHT
        )
        context.target_max_block_size = 1  # each group goes to whichever worker is free
        yield
    finally:
        # A call after the end of Ray starts another, or ends this process without a word.
        for thread in threading.enumerate():
            if thread.name.startswith(("StreamingExecutor", "iter_threaded")):
                thread.join(_ENDING)
        ray.shutdown()
        signal.signal(signal.SIGTERM, handler)


def _one_line(rows: Iterable[T]) -> Generator[T, None, None]:
    """Raises BadData where Ray cannot go on. Errors of the models stay as they are."""
    from ray.exceptions import RayError, RayTaskError

    try:
        yield from rows
    except RayTaskError:
        raise
    except RayError as error:
        reason = str(error).strip().splitlines()[0]
        raise BadData(f"the workers cannot go on, after {_RETRIES} retries: {reason}") from None


def _end(number, frame):
    raise Terminated
