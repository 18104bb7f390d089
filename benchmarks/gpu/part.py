"""One part of `benchmarks.gpu`, in a process of its own; what it finds goes to its output."""

import importlib
import json
import sys
import time
from dataclasses import dataclass
from importlib import metadata
from importlib.util import find_spec
from typing import Any

import jax

from gated.compiling import on_gpu


@dataclass(frozen=True)
class Task:
    """What a part is given.

    Attributes:
        toy: toy sizes.
        corpus: the path of a text, or "".
        found: what the parts before have found.
        until: when the time is up, by `time.monotonic`.
    """

    toy: bool
    corpus: str
    found: dict[str, Any]
    until: float

    @property
    def left(self):
        """Seconds."""
        return self.until - time.monotonic()

    @property
    def rooms(self):
        """With which `room` the kernels of `gated.recurrence.fused` gave the right values."""
        checks = [c for c in self.found["parts"].get("correct", []) if "room" in c]
        rooms = {check["room"] for check in checks}
        return sorted(r for r in rooms if all(c["right"] for c in checks if c["room"] == r))


def loop_of_kernels(room):
    """The loop of kernels of our own; away from a GPU as JAX's operations."""
    from gated.recurrence.fused import Fused

    if on_gpu():
        return Fused(room)
    # There none can wait for another: all steps at once need all units in one program.
    return Fused(0, columns=64 if room else 16, interpret=True)


def cores():
    """How many programs the device has room for at least, one a multiprocessor."""
    return getattr(jax.devices()[0], "core_count", None) or 1


def path_of(function, *given):
    """Which way a function of arrays runs: `cuDNN`, `kernel` or `scan`."""
    jaxpr = str(jax.make_jaxpr(function)(*given))
    names = {"rnn_fwd": "cuDNN", "pallas_call": "kernel", "scan[": "scan"}
    return next((name for word, name in names.items() if word in jaxpr), "no loop")


def _machine():
    versions = {
        name: metadata.version(name) for name in ("jax", "keras", "torch") if find_spec(name)
    }
    return {"device": jax.devices()[0].device_kind, "cores": cores(), **versions}


def main():
    name, left, given = sys.argv[1:]
    task = Task(**json.loads(given), until=time.monotonic() + float(left))
    if not (on_gpu() or task.toy):
        print(json.dumps({"refused": "JAX sees no GPU here; --toy runs at toy sizes without one"}))
        return
    print(json.dumps(_machine()))
    for record in importlib.import_module(f"benchmarks.gpu.{name}").records(task):
        print(json.dumps(record))
        if task.left < 0:
            print(json.dumps({"left out": "the rest: out of time"}))
            return


if __name__ == "__main__":
    main()
