"""Training by several processes of JAX, on one machine or on several.

Each is a command of its own, with the same options. The first one owns the run folder; the others
do all that it does, in a folder that they throw away: so all take the same steps, and nothing has
to ask which one it is in.
"""

import contextlib
import io
import os
import re
import tarfile
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np

from gated.commands.options import Devices
from gated.commands.quiet import quiet
from gated.commands.signals import Signals
from gated.errors import BadUsage
from gated.runs.folder import RunFolder

_SILENT = 20  # seconds after which JAX takes a process for dead
# In the message of a step that needed another process.
_LOST = re.compile("Gloo|NCCL|connection|peer", re.I)
_FIRST_TO_END = 10  # seconds that the others leave the first one to save what it has


def train_together(train: Callable[[Any], None], config: Any, devices: Devices) -> None:
    """Joins the other processes and trains as a configuration says, with them.

    To be called in a process of its own, `gated.training.supervisor`'s: JAX ends it where another
    process is gone.

    Args:
        train: given the configuration.
        config: the options of the training, a dataclass.
        devices: says where the other processes are.

    Raises:
        BadUsage: if they cannot be reached.
    """
    if keras.backend.backend() != "jax":
        raise BadUsage("--processes goes with the JAX backend, KERAS_BACKEND=jax")
    if config.seeds > 1:
        raise BadUsage("--processes trains one model, --seeds several; name a --seed for each")
    import jax

    where: dict[str, Any] = {}
    if devices.processes != "auto":
        where = {
            "coordinator_address": devices.coordinator,
            "num_processes": int(devices.processes),
            "process_id": devices.process,
        }
    try:
        jax.distributed.initialize(**where, heartbeat_timeout_seconds=_SILENT)
    except (RuntimeError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise BadUsage(f"--processes {devices.processes}: they did not meet: {reason}") from None
    try:
        _train(train, config)
    except (ValueError, RuntimeError) as error:
        if _LOST.search(str(error)):
            # JAX is about to end this process, and to say which one is gone.
            time.sleep(2 * _SILENT)
        raise
    jax.distributed.shutdown()


def _train(train: Callable[[Any], None], config: Any) -> None:
    import jax

    if jax.process_index() == 0:
        print(f"Training in {jax.process_count()} processes", flush=True)
        with quiet(1):  # JAX greets where it first connects them
            _send(config.run)
        train(config)
    else:
        Signals.patience = _FIRST_TO_END
        with (
            tempfile.TemporaryDirectory() as folder,
            open(os.devnull, "w") as nowhere,
            contextlib.redirect_stdout(nowhere),
        ):
            run = Path(folder) / "run"
            with quiet(1):
                _receive(run)
            train(replace(config, run=run))


def _send(folder: Path) -> None:
    """Sends what the others need to go on with a training, if one was cut off in the folder."""
    archive = io.BytesIO()
    run = RunFolder(folder)
    if run.is_cut_off():
        with tarfile.open(fileobj=archive, mode="w") as tar:
            for path in (*run.path.iterdir(), *run.checkpoint.iterdir()):
                if path.is_file():
                    tar.add(path, path.relative_to(run.path))
    _of_the_first(archive.getvalue())


def _receive(folder: Path) -> None:
    if content := _of_the_first():
        with tarfile.open(fileobj=io.BytesIO(content)) as tar:
            tar.extractall(folder, filter="data")


def _of_the_first(content: bytes = b"") -> bytes:
    """What the first process has, in all processes."""
    from jax.experimental.multihost_utils import broadcast_one_to_all

    size = int(broadcast_one_to_all(np.uint32(len(content))))
    bytes_ = np.frombuffer(content.ljust(size, b"\0"), "uint8")
    return np.asarray(broadcast_one_to_all(bytes_)).tobytes() if size else b""
