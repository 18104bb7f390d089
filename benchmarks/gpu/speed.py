"""A training step and the forward pass of a layer, beside Keras's on JAX and PyTorch's cuDNN."""

import contextlib
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from unittest import mock

import jax
import keras
import torch

from benchmarks.gpu.part import loop_of_kernels, path_of
from benchmarks.timing import random
from gated.compiling import on_gpu
from gated.layers import GRU, LSTM
from gated.recurrence import on_jax

SHAPES = [(64, 128, 256), (16, 1024, 768), (64, 512, 1024), (1, 1024, 512)]
TOY = [(3, 4, 32)]
DTYPES = ("float32", "bfloat16")
REPEATS, SECONDS = 15, 3.0  # of one peer, whichever ends first


def records(task):
    for training in (True,) if task.toy else (True, False):
        for shape in TOY if task.toy else SHAPES:
            for dtype in DTYPES[:1] if task.toy else DTYPES:
                yield _row(shape, dtype, training, task.rooms)


def _row(shape, dtype, training, rooms):
    batch, length, units = shape
    x = random(batch, length, units)
    made = {name: make() for name, make in _jax_peers(units, dtype, rooms).items()}
    failed, paths, calls = {}, {}, {}

    def compiled(name):
        # Side by side: each takes seconds, and a GPU is lent for minutes.
        layer, loop = made[name]
        return _compiled(layer, loop, jax.numpy.asarray(x, dtype), training)

    # Tracing is Python; the compiler runs beside it.
    with ThreadPoolExecutor(8) as pool:
        waiting = {}
        for name in made:
            try:
                paths[name], lowered, given = compiled(name)
            except Exception as error:
                failed[name] = _reason(error)
            else:
                waiting[name] = pool.submit(lowered.compile), given
        for name, (executable, given) in waiting.items():
            try:
                calls[name] = _call(executable.result(), given)
            except Exception as error:
                failed[name] = _reason(error)
    calls |= _torch_peers(units, dtype, x, training)
    times = _interleaved(calls, failed)
    return {
        "batch, time, units": shape,
        "dtype": dtype,
        "what": "training step" if training else "forward",
        "milliseconds, median and least": {
            name: [round(1e3 * f(seconds), 3) for f in (statistics.median, min)]
            for name, seconds in times.items()
        },
        "path": paths,
        "failed": failed,
    }


def _jax_peers(units, dtype, rooms):
    options = {
        "return_sequences": True,
        "dtype": "float32" if dtype == "float32" else f"mixed_{dtype}",
    }
    ours = {
        "LSTM": lambda: LSTM(units, **options),
        "LSTM peepholes": lambda: LSTM(units, peepholes=True, **options),
        "GRU": lambda: GRU(units, **options),
    }
    peers = {name: lambda make=make: (make(), None) for name, make in ours.items()}
    for room in rooms:
        how = ", a launch a step" if room == 0 else ", one launch"
        for name in ("LSTM peepholes", "GRU"):
            peers[name + how] = lambda make=ours[name], room=room: (make(), loop_of_kernels(room))
    peers["LSTM, Keras"] = lambda: (keras.layers.LSTM(units, **options), None)
    peers["GRU, Keras"] = lambda: (keras.layers.GRU(units, **options), None)
    return peers


def _compiled(layer, loop, x, training):
    layer.build(x.shape)
    variables = layer.trainable_variables
    weights = [variable.value for variable in variables]

    def outputs(weights, x):
        with keras.StatelessScope(list(zip(variables, weights, strict=True))):
            return layer(x, training=training)

    def total(weights, x):
        return jax.numpy.sum(outputs(weights, x).astype("float32"))

    function = jax.grad(total, argnums=(0, 1)) if training else outputs
    chosen = mock.patch.object(on_jax, "choose", lambda *_: loop)
    with chosen if loop else contextlib.nullcontext():
        return path_of(function, weights, x), jax.jit(function).lower(weights, x), (weights, x)


def _call(executable, given):
    return lambda: jax.block_until_ready(executable(*given))


def _torch_peers(units, dtype, x, training):
    # TF32, as JAX multiplies float32 by default.
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True
    device = "cuda" if on_gpu() else "cpu"
    kind = getattr(torch, dtype)
    x = torch.tensor(x, device=device, dtype=kind, requires_grad=training)

    def peer(name):
        module = getattr(torch.nn, name)(units, units, batch_first=True).to(device, kind)

        def run():
            if training:
                module.zero_grad()
                x.grad = None
                module(x)[0].float().sum().backward()
            else:
                with torch.inference_mode():
                    module(x)
            if device == "cuda":
                torch.cuda.synchronize()

        return run

    return {f"{name}, PyTorch": peer(name) for name in ("LSTM", "GRU")}


def _reason(error):
    return f"{type(error).__name__}: {error}".splitlines()[0][:200]


def _interleaved(calls, failed):
    """Seconds of each; a peer that fails as it runs is out."""
    for name, call in list(calls.items()):
        try:
            call()
            call()
        except Exception as error:
            failed[name] = _reason(error)
            del calls[name]
    times = {name: [] for name in calls}
    for _ in range(REPEATS):
        for name, call in calls.items():
            if sum(times[name]) < SECONDS:
                start = time.perf_counter()
                call()
                times[name].append(time.perf_counter() - start)
    return times
