"""Times a training step on a GPU, on the JAX backend, beside Keras's layers and their cuDNN path.

    KERAS_BACKEND=jax python -m benchmarks.gpu

Writes the times with their shapes, dtypes and the device's name to `benchmarks/results/gpu.json`.
Runs on a CPU too, to be tried; `--lengths 16 --units 8` makes it quick there.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import jax
import keras
from rich.console import Console
from rich.table import Table

import gated.layers
from benchmarks.timing import interleaved, medians, random
from gated.errors import BadUsage
from gated.runs.command import run_command


@dataclass(frozen=True)
class Config:
    """What to time."""

    #: Batch size.
    batch: int = 64
    #: Lengths.
    lengths: tuple[int, ...] = (128, 1024)
    #: Units, and width of the inputs.
    units: tuple[int, ...] = (256, 768)
    #: Dtypes.
    dtypes: tuple[str, ...] = ("float32", "bfloat16")
    #: How often each takes its turn.
    repeats: int = 20
    #: Where the times go.
    results: Path = Path("benchmarks/results/gpu.json")


def gpu(config: Config) -> None:
    """Prints and writes the milliseconds of a training step.

    Args:
        config: what to time.
    """
    if keras.backend.backend() != "jax":
        raise BadUsage("run it with KERAS_BACKEND=jax")
    table = Table(title=jax.devices()[0].device_kind)
    rows = []
    for dtype in config.dtypes:
        for length in config.lengths:
            for units in config.units:
                shape = {"batch": config.batch, "length": length, "units": units, "dtype": dtype}
                times = interleaved(_peers(**shape), config.repeats)
                median = {name: seconds * 1e3 for name, seconds in medians(times).items()}
                if not rows:
                    for column in ("dtype, length, units", *median):
                        table.add_column(column, justify="right")
                rows.append({**shape, "milliseconds": median})
                cells = (f"{time:.2f}" for time in median.values())
                table.add_row(f"{dtype}, {length}, {units}", *cells)
    Console(width=120).print(table)
    config.results.parent.mkdir(parents=True, exist_ok=True)
    device = {"device": jax.devices()[0].device_kind, "jax": jax.__version__}
    config.results.write_text(json.dumps({**device, "rows": rows}, indent=1) + "\n")


def _peers(batch, length, units, dtype):
    x = random(batch, length, units)
    policy = "float32" if dtype == "float32" else f"mixed_{dtype}"
    options = {"return_sequences": True, "dtype": policy}
    layers = {
        "LSTM": gated.layers.LSTM(units, **options),
        "LSTM, Keras": keras.layers.LSTM(units, **options),
        "LSTM with peepholes": gated.layers.LSTM(units, peepholes=True, **options),
        "GRU": gated.layers.GRU(units, **options),
    }
    if policy == "float32":  # in mixed precision Keras 3.15's does not run on JAX
        layers["GRU, Keras"] = keras.layers.GRU(units, **options)
    return {name: _step(layer, jax.numpy.asarray(x)) for name, layer in layers.items()}


def _step(layer, x):
    layer.build(x.shape)
    weights = [variable.value for variable in layer.trainable_variables]
    others = [variable.value for variable in layer.non_trainable_variables]

    def loss(weights, x):
        outputs, _ = layer.stateless_call(weights, others, x, training=True)
        return jax.numpy.sum(outputs.astype("float32"))

    step = jax.jit(jax.grad(loss, argnums=(0, 1)))
    return lambda: jax.block_until_ready(step(weights, x))


if __name__ == "__main__":
    run_command(gpu)
