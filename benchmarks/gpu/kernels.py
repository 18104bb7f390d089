"""Counts the kernels that XLA makes of a step for a GPU, on a machine that has none.

    pip install 'jax[cuda13]'
    JAX_PLATFORMS=cpu KERAS_BACKEND=jax python -m benchmarks.gpu.kernels

Each is launched anew at every step. With `gated.recurrence.fused` it also shows that its kernels
compile. cuDNN's are left out: JAX makes nothing of them without a GPU.
"""

import contextlib
import re
from dataclasses import dataclass
from typing import Literal
from unittest import mock

import jax
import keras
from jax.experimental import topologies
from rich.console import Console
from rich.table import Table

from gated.commands.command import run_command
from gated.errors import BadUsage
from gated.layers import GRU, LSTM, SimpleRNN
from gated.recurrence import on_jax

# What the compiler asks of an H200; memory in bytes.
TARGET = """
gpu_device_info {
  threads_per_block_limit: 1024  threads_per_warp: 32  threads_per_core_limit: 2048
  shared_memory_per_block: 49152  shared_memory_per_core: 233472
  shared_memory_per_block_optin: 232448
  core_count: 132  fpus_per_core: 128  clock_rate_ghz: 1.98
  block_dim_limit_x: 2147483647  block_dim_limit_y: 65535  block_dim_limit_z: 65535
  memory_bandwidth: 4800000000000  l2_cache_size: 62914560  device_memory_size: 150000000000
  cuda_compute_capability { major: 9 }
  registers_per_core_limit: 65536  registers_per_block_limit: 65536
}
platform_name: "CUDA"
dnn_version_info { major: 9 minor: 20 }
runtime_version { major: 13 minor: 0 }
device_description_str: "NVIDIA H200"
"""
KIND, CORES = "NVIDIA H200", 132


@dataclass(frozen=True)
class Config:
    """What to compile."""

    #: Batch size, length, and units, which is the width of the inputs too.
    shape: tuple[int, int, int] = (64, 128, 256)
    #: Precision.
    dtype: Literal["float32", "mixed_bfloat16"] = "float32"


def kernels(config: Config) -> None:
    """Prints how many kernels a step has, of the forward pass and of both loops of training.

    Args:
        config: what to compile.
    """
    if keras.backend.backend() != "jax":
        raise BadUsage("run it with JAX_PLATFORMS=cpu KERAS_BACKEND=jax")
    try:
        target = topologies.get_topology_desc(
            platform="cuda", target_config=TARGET, topology="1x1x1"
        )
    except Exception as error:
        raise BadUsage(f"needs JAX's plugin for CUDA, jax[cuda13]: {error}") from error
    from gated.recurrence.fused import Fused

    loops = {"": None, ", a launch a step": Fused(0), ", one launch": Fused(CORES)}
    options = {"return_sequences": True, "dtype": config.dtype}
    units = config.shape[2]
    makes = {
        "SimpleRNN": lambda: SimpleRNN(units, **options),
        "GRU": lambda: GRU(units, use_cudnn=False, **options),
        "GRU, Keras": lambda: keras.layers.GRU(units, use_cudnn=False, **options),
        "LSTM": lambda: LSTM(units, use_cudnn=False, **options),
        "LSTM peepholes": lambda: LSTM(units, peepholes=True, **options),
        "LSTM, Keras": lambda: keras.layers.LSTM(units, use_cudnn=False, **options),
    }
    table = Table("kernels a step", title=f"{config.shape}, {config.dtype}, {KIND}")
    for column in ("forward alone", "in training: forward", "back"):
        table.add_column(column, justify="right")
    for name, make in makes.items():
        for how, loop in loops.items():
            if how and "Keras" in name:
                continue
            try:
                texts = [_compiled(make(), loop, target, config, t) for t in (False, True)]
                counts = [count for text in texts for count in _launches(text, config.shape[1])]
            except TypeError:  # Keras's GRU in mixed precision
                counts = ["fails"]
            table.add_row(name + how, *map(str, counts))
    Console(width=100).print(table)


def _compiled(layer, loop, target, config, training):
    shape = config.shape
    layer.build(shape)
    variables = layer.trainable_variables

    def outputs(weights, x):
        with keras.StatelessScope(list(zip(variables, weights, strict=True))):
            return layer(x, training=training)

    def total(weights, x):
        return outputs(weights, x).astype("float32").sum()

    function = jax.grad(total, argnums=(0, 1)) if training else outputs
    mesh = topologies.make_mesh(target, (1,), ("x",))
    whole = jax.sharding.NamedSharding(mesh, jax.sharding.PartitionSpec())
    kind = jax.sharding.AbstractDevice(device_kind=KIND, num_cores=CORES, platform="gpu")

    def like(shape, dtype):
        return jax.ShapeDtypeStruct(shape, dtype, sharding=whole)

    given = (
        [like(variable.shape, variable.dtype) for variable in variables],
        like(shape, layer.compute_dtype),
    )
    chosen = mock.patch.object(on_jax, "choose", lambda *_: loop)
    abstract = mesh.abstract_mesh.update(abstract_device=kind)
    with chosen if loop else contextlib.nullcontext(), jax.sharding.use_abstract_mesh(abstract):
        return jax.jit(function).lower(*given).compile().as_text()


def _launches(text, length):
    """Kernels a step of each loop in a compiled program, the loop forward first."""
    bodies = re.findall(r'body=%([\w.\-]+).*?known_trip_count":\{"n":"(\d+)"', text)
    if not bodies:
        return [f"1 in {length}"] * text.count('custom_call_target="__gpu$xla.gpu.triton"')
    found = []
    for name, trips in bodies:
        body = text.split(f"%{name} (", 1)[1].split("\n}", 1)[0]
        launches = len(re.findall(r"= \S.*? (?:fusion|custom-call|copy|dot)\(", body))
        found.append(f"{launches * int(trips) / length:.3g}")
    return found


if __name__ == "__main__":
    run_command(kernels)
