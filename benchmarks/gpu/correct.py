"""Values and gradients of every layer, and the tokens that are drawn, against NumPy and a CPU."""

import contextlib
import functools
from unittest import mock

import jax
import keras
import numpy as np

from benchmarks.gpu.part import cores, loop_of_kernels, path_of
from benchmarks.our_sampler import language_model
from gated.recurrence import on_jax
from gated.sampling import uniforms
from tests.gradients import Result, randomize, value_and_gradients
from tests.layers import chains, forms
from tests.layers.reference import derivatives

FEATURES = 3
# Left, right, an inner hole, all masked.
MASK = np.array([[0, 0, 1, 1, 1], [1, 1, 1, 0, 0], [1, 0, 1, 0, 1], [0] * 5], bool)
# The largest difference by the largest entry: float32 with all its digits; bfloat16 has three.
TOLERANCES = {"float32": 1e-5, "bfloat16": 0.05}
LAYERS = {
    **{name: (functools.partial(forms.make, name), forms.one(name)) for name in forms.FORMS},
    "Bidirectional": (forms.make_bidirectional, forms.bidirectional),
    "Deep": (forms.make_deep, forms.deep),
}


TOY = ("LSTM peepholes", "Deep")


def records(task):
    names = TOY if task.toy else LAYERS
    for dtype in TOLERANCES:
        with _whole_products(dtype):
            for name in names:
                yield _check(name, dtype)
            yield _check("LSTM", dtype, mask=None)  # which cuDNN takes
            yield _crf(dtype)
    with _whole_products("float32"):
        yield _tokens()
    # Last: a kernel that waits for what never comes hangs the process.
    for room in (0, cores()):
        for dtype in TOLERANCES:
            with _whole_products(dtype):
                for name in names:
                    if name in forms.FORMS and name != "GRU reset before":  # two products a step
                        yield _check(name, dtype, room=room)


@contextlib.contextmanager
def _whole_products(dtype):
    """Float32 without TF32."""
    with jax.default_matmul_precision("highest" if dtype == "float32" else "default"):
        yield


def _policy(dtype):
    return "float32" if dtype == "float32" else f"mixed_{dtype}"


def _check(name, dtype, mask=MASK, room=None):
    units = 17 if room is not None else 5  # two blocks of units
    layer = _built(name, units, _policy(dtype))
    x, states, expected = _expected(name, units, mask is not None)
    chosen = mock.patch.object(on_jax, "choose", lambda *_: loop_of_kernels(room))
    with chosen if room is not None else contextlib.nullcontext():
        found = value_and_gradients(layer, x, states, mask=mask, training=True)
        path = path_of(lambda x: layer(x, mask=mask, training=True), x.astype("float32"))
    record = {"layer": name, "dtype": dtype, "mask": mask is not None, "path": path}
    if room is not None:
        record["room"] = room
    return record | _difference(found, expected, TOLERANCES[dtype])


def _built(name, units, dtype):
    make, _ = LAYERS[name]
    layer = make(units, dtype=dtype)
    layer.build((None, None, FEATURES))
    randomize(layer)
    # Small enough that no step makes much of what the one before was rounded by.
    layer.set_weights([weight / 2 for weight in layer.get_weights()])
    return layer


@functools.cache
def _expected(name, units, masked):
    _, forward = LAYERS[name]
    layer = _built(name, units, "float32")
    rng = np.random.default_rng(1)
    x = rng.normal(size=(*MASK.shape, FEATURES))
    states = [rng.normal(size=(len(MASK), units)) for _ in layer.state_size]
    weights = [weight.astype("float64") for weight in layer.get_weights()]
    return x, states, forms.expected(forward, x, states, weights, MASK if masked else None)


def _difference(found, expected, tolerance):
    """The largest difference, relative to the largest entry of its array or to 1."""
    worst = 0.0
    for name in Result._fields:
        pairs = getattr(found, name), getattr(expected, name)
        for ours, theirs in zip(*([p] if name == "inputs" else p for p in pairs), strict=True):
            scale = max(1.0, np.abs(theirs).max(initial=0))
            difference = np.abs(np.asarray(ours, "float64") - theirs).max(initial=0) / scale
            worst = max(worst, float(difference)) if np.isfinite(difference) else float("inf")
    return {"largest difference": float(f"{worst:.2g}"), "right": worst <= tolerance}


def _crf(dtype):
    """Log P of some tags, and its gradients, against all paths one by one."""
    layer, scores = chains.built(dtype=_policy(dtype)), chains.scores()
    tags = np.random.default_rng(1).integers(0, scores.shape[-1], chains.MASK.shape)
    factors = np.random.default_rng(99).normal(size=len(scores))  # those of `weighted_sum`

    def log_p(scores, *weights):
        return [
            chains.score(row[counts], path[counts], *weights)
            - chains.log_sum(
                chains.score(row[counts], list(chains.paths(row[counts], range(5))), *weights)
            )
            for row, path, counts in zip(scores, tags, chains.MASK, strict=True)
        ]

    weights = [weight.astype("float64") for weight in layer.get_weights()]
    by = derivatives(lambda *arrays: factors @ log_p(*arrays), [scores, *weights])
    expected = Result([np.array(log_p(scores, *weights))], by[0], [], by[1:])
    found = value_and_gradients(chains.LogLikelihood(layer), scores, mask=chains.MASK, tags=tags)
    return {"layer": "CRF", "dtype": dtype} | _difference(found, expected, TOLERANCES[dtype])


def _tokens():
    """Whether the same tokens are drawn as on the CPU."""
    cpu = jax.devices("cpu")[0]
    keras.utils.set_random_seed(0)
    model = language_model(tokens=65, units=64, depth=2)
    # Weights that make some tokens much likelier than others, as training does.
    randomize(model.model)
    count, length = 8, 64

    def draw(device):
        with jax.default_device(device):
            for variable in model.model.variables:
                variable.assign(jax.device_put(variable.value, device))
            given = (
                np.full(count, model.codec.eos, "int32"),
                model.first_states(count),
                np.full(count, length + 1, "int32"),
                uniforms(7, count, length),
            )
            found, *_ = model.draw_compiled(*given, 1.0, 0, 1.0)
            return np.asarray(found)

    ours, theirs = draw(jax.devices()[0]), draw(cpu)
    same = int((ours == theirs).all(axis=1).sum())
    return {"sampler": "the tokens of the CPU", "same texts": f"{same} of {count}"}
