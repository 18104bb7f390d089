"""A recurrence over time, forward and back.

The loop forward holds only what depends on the states of the step before; the products with the
inputs are done when it starts. The loop back holds only what depends on the gradient that comes
from the step after; the gradients of the weights are one product each after it.

Werbos 1990, "Backpropagation through time: what it does and how to do it".
"""

import importlib
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import keras
from keras import ops

from gated.recurrence.derivatives import derivative
from gated.recurrence.unrolled import Unrolled


@dataclass(frozen=True)
class Equations:
    """One step of a recurrence and its derivative.

    The methods that take a step work on one, [b, ...]; `factors` and `gradients` also on all at
    once, [b, t, ...]. `weights` are the tensors that the layer passes to `recur`, the recurrent
    kernel first; on the way back that one comes transposed. `drop(h)` applies the recurrent
    dropout. Two equations that are equal share their compiled loops.

    Attributes:
        activation: g, of the candidate.
        recurrent_activation: σ, of the gates.
        kept: how many tensors of width `units` `step` hands to `factors`.
        emitted: the widths, in units, of what `step_back` hands to `gradients`.
    """

    activation: Callable
    recurrent_activation: Callable | None = None

    kept: ClassVar[int] = 0
    emitted: ClassVar[tuple[int, ...]] = (1,)

    @property
    def g(self):
        return self.activation

    @property
    def sigma(self):
        return self.recurrent_activation

    @property
    def dg(self):
        return derivative(self.activation)

    @property
    def dsigma(self):
        return derivative(self.recurrent_activation)

    @property
    def has_derivative(self):
        """Whether the derivatives of the activations are known here.

        Otherwise `recur` has the backend differentiate the loop.
        """
        return self.dg is not None and (self.sigma is None or self.dsigma is not None)

    def step(self, x, states, weights, drop):
        """One step. Returns the new states, and what the derivative needs of the step."""
        raise NotImplementedError

    def factors(self, kept, before, after):
        """All that `step_back` multiplies by, from the steps taken and the states around them."""
        raise NotImplementedError

    def step_back(self, factors, gradients, weights, drop):
        """The derivative of a step, from the gradients by the new states.

        Returns the gradients by the old states, and what `gradients` needs. It is linear in
        `gradients`: where they are zero, so is all that it returns.
        """
        raise NotImplementedError

    def gradients(self, emitted, kept, before, after, drop, outer):
        """The gradients by x [b, t, n], and by each of the weights there may be.

        `outer(left, right)` is the sum of left⟨t⟩ᵀ right⟨t⟩ over all rows and steps.
        """
        raise NotImplementedError


def recur(
    equations,
    sequences,
    kernel,
    bias,
    states,
    weights,
    mask=None,
    drop_mask=None,
    training=False,
    unroll=False,
    keep=True,
):
    """Runs a recurrence.

        x⟨t⟩ = sequences⟨t⟩ kernel + bias                   for all t in one product
        states⟨t⟩ = step(x⟨t⟩, states⟨t-1⟩)     where mask⟨t⟩ is true or there is no mask,
        states⟨t⟩ = states⟨t-1⟩                  elsewhere.

    Args:
        equations: `Equations`.
        sequences: [b, t, n].
        kernel: [n, m].
        bias: None, or [m].
        states: tensors [b, units], the states before the first step; the first is the output.
            In float16 and bfloat16 the loops carry them, and the gradients by them, as float32.
        weights: tensors, as the equations take them.
        mask: None, or booleans [b, t], any pattern.
        drop_mask: None, or [b, units], the recurrent dropout of these sequences.
        training: whether gradients will be asked for. They are right either way.
        unroll: trace T copies of the step in place of a loop. T must be known.
        keep: whether, in training, to keep what the gradients need; it is computed again if not.

    Returns:
        The first state after each step, [b, t, units], and the tuple of the last states.
    """
    driver = importlib.import_module(f"gated.recurrence.on_{keras.backend.backend()}")
    loop = Unrolled() if unroll else driver.choose(sequences, training)
    constants = []
    if mask is not None:
        constants.append(ops.cast(mask, sequences.dtype)[..., None])
    if drop_mask is not None:
        constants.append(drop_mask)
    keep = training and keep
    run = Run(equations, bias is not None, mask is not None, drop_mask is not None, keep)
    rows = [sequences, *states]
    shared = [kernel, *([] if bias is None else [bias]), *weights]
    if equations.has_derivative:
        outputs, *last = driver.differentiable(run, loop, rows, shared, constants)
    else:
        loop = loop if unroll else driver.plain
        (outputs, *last), _ = run.forward(loop, rows, shared, constants)
    return outputs, tuple(last)


def recur_in_segments(equations, sequences, kernel, bias, states, weights, mask=None, **options):
    """The same as `recur`, in segments of √T steps, for sequences too long to keep.

    Only the states between the segments are kept; what the gradients need beside them is computed
    again, one segment at a time. T must be known. Chen et al. 2016, "Training deep nets with
    sublinear memory cost".
    """
    length = sequences.shape[1]
    size = math.isqrt(length - 1) + 1
    outputs = []
    for start in range(0, length, size):
        steps = slice(start, start + size)
        part = None if mask is None else mask[:, steps]
        output, states = recur(
            equations,
            sequences[:, steps],
            kernel,
            bias,
            states,
            weights,
            part,
            keep=False,
            **options,
        )
        outputs.append(output)
    return ops.concatenate(outputs, axis=1), states


@dataclass(frozen=True)
class Run:
    """A recurrence forward and back, on any loop.

    Its tensors come as `rows`, the sequences and the first states; `shared`, the weights of all
    rows; and `constants`, of each row too, the mask and the recurrent dropout if there are any.
    """

    equations: Equations
    biased: bool
    masked: bool
    dropped: bool
    keep: bool

    def forward(self, loop, rows, shared, constants):
        """The outputs and the last states; and what `backward` is to be given."""
        outputs, kept, last = self._scan(loop, rows, shared, constants, self.keep)
        return [outputs, *(ops.cast(state, outputs.dtype) for state in last)], kept

    def _scan(self, loop, rows, shared, constants, keep):
        sequences, *states = rows
        kernel, bias, weights = self._apart(shared)
        x = loop.product(sequences, kernel)
        if bias and not loop.fuses:
            x, bias = x + bias[0], []
        states = [ops.cast(state, accumulated(state.dtype)) for state in states]
        units, narrow, wide = states[0].shape[-1], x.dtype, states[0].dtype
        outputs = [(units, narrow)]
        if keep:
            outputs += [(units, wide)] * (len(states) - 1)
            outputs += [(units, narrow)] * self.equations.kept
        step = _Forward(self.equations, len(states), bool(bias), self.masked, self.dropped, keep)
        masks, drops = constants[: self.masked], constants[self.masked :]
        scratch = []
        if loop.fuses and not keep:
            # Two gates go into tensors of their own, for nothing: XLA does not vectorize a loop
            # over an expression that holds all of them.
            scratch = [ops.zeros_like(states[0])] * min(self.equations.kept, 2)
        (outputs, *kept), last = loop.scan(
            step, [x, *masks], [*states, *drops, *scratch], [*weights, *bias], outputs
        )
        count = len(states) + len(drops)
        return outputs, [*kept, *last[count:]], last[: len(states)]

    def backward(self, loop, rows, shared, constants, outputs, kept, upstream):
        """The gradients by `rows` and by `shared`."""
        (sequences, *states), (by_outputs, *by_last) = rows, upstream
        if not self.keep:
            _, kept, _ = self._scan(loop, rows, shared, constants, True)
        kernel, bias, weights = self._apart(shared)
        masks, drops = constants[: self.masked], constants[self.masked :]
        ends = len(states) - 1
        after, kept = [outputs, *kept[:ends]], kept[ends:]
        before = [
            ops.concatenate([ops.cast(first, stack.dtype)[:, None], stack[:, :-1]], axis=1)
            for first, stack in zip(states, after, strict=True)
        ]
        wide = accumulated(outputs.dtype)
        step = _Backward(self.equations, len(states), self.masked, self.dropped, loop.fuses)
        given = [*kept, *before, *after]
        if not loop.fuses:
            given = step.factors([ops.cast(tensor, wide) for tensor in given])
        emitted, by_states = loop.scan(
            step,
            [by_outputs, *given, *masks],
            [*(ops.cast(by, wide) for by in by_last), *drops],
            [ops.transpose(weights[0]), *weights[1:]],
            [(outputs.shape[-1] * width, outputs.dtype) for width in self.equations.emitted],
            reverse=True,
        )
        drop = _drop([mask[:, None] for mask in drops])
        by_x, *by_weights = self.equations.gradients(emitted, kept, before, after, drop, loop.outer)
        by_bias = [ops.sum(by_x, axis=(0, 1))] if bias else []
        by_rows = [loop.product(by_x, ops.transpose(kernel)), *by_states[: len(states)]]
        by_shared = [loop.outer(sequences, by_x), *by_bias, *by_weights[: len(weights)]]
        return (
            [ops.cast(by, tensor.dtype) for by, tensor in zip(by_rows, rows, strict=True)],
            [ops.cast(by, tensor.dtype) for by, tensor in zip(by_shared, shared, strict=True)],
        )

    def _apart(self, shared):
        kernel, *rest = shared
        return kernel, rest[: self.biased], rest[self.biased :]


@dataclass(frozen=True)
class _Forward:
    """A step of the loop forward: the equations, where the mask lets them."""

    equations: Equations
    states: int
    biased: bool
    masked: bool
    dropped: bool
    keep: bool

    def __call__(self, inputs, rows, weights):
        x, *masks = inputs
        ends = (self.states, self.states + self.dropped)
        states, drops, scratch = rows[: ends[0]], rows[ends[0] : ends[1]], rows[ends[1] :]
        wide = states[0].dtype
        weights = _widened(weights, wide)
        z = ops.cast(x, wide)
        if self.biased:
            *weights, bias = weights
            z = z + bias
        new, kept = self.equations.step(z, states, weights, _drop(drops, wide))
        if self.masked:
            pairs = zip(new, states, strict=True)
            new = tuple(ops.where(masks[0] > 0, now, old) for now, old in pairs)
        outputs = [ops.cast(new[0], x.dtype)]
        if self.keep:
            outputs += [*new[1:], *(ops.cast(tensor, x.dtype) for tensor in kept)]
        return (*new, *drops, *kept[: len(scratch)]), outputs


@dataclass(frozen=True)
class _Backward:
    """A step of the loop back. Where the loop is compiled whole the factors are computed in it."""

    equations: Equations
    states: int
    masked: bool
    dropped: bool
    fused: bool

    def __call__(self, inputs, rows, weights):
        gradients, drops = (rows[:-1], rows[-1:]) if self.dropped else (rows, ())
        narrow, wide = inputs[0].dtype, gradients[0].dtype
        by_output, *given = (ops.cast(tensor, wide) for tensor in inputs)
        keep = given.pop() if self.masked else None
        given = self.factors(given) if self.fused else given
        gradients = (gradients[0] + by_output, *gradients[1:])
        # Past a masked step the gradients by the states go as they came.
        through = gradients if keep is None else [gradient * keep for gradient in gradients]
        weights = _widened(weights, wide)
        by_old, emitted = self.equations.step_back(given, through, weights, _drop(drops, wide))
        if keep is not None:
            pairs = zip(by_old, gradients, strict=True)
            by_old = tuple(old + new * (1 - keep) for old, new in pairs)
        return (*by_old, *drops), [ops.cast(tensor, narrow) for tensor in emitted]

    def factors(self, given):
        """Those of the equations, from what was kept, and the states before and after."""
        kept, around = given[: self.equations.kept], given[self.equations.kept :]
        return self.equations.factors(kept, around[: self.states], around[self.states :])


def _drop(masks, dtype=None):
    if not masks:
        return lambda h: h
    (mask,) = masks
    return lambda h: h * ops.cast(mask, dtype or h.dtype)


def _widened(weights, dtype):
    # The kernel's products stay in its own precision: they are what float16 is fast at.
    kernel, *others = weights
    return [kernel, *(ops.cast(weight, dtype) for weight in others)]


def accumulated(dtype):
    """The dtype in which to add up values of another."""
    dtype = keras.backend.standardize_dtype(dtype)
    return "float32" if dtype in ("float16", "bfloat16") else dtype


def product(left, kernel):
    """The product left · kernel in the kernel's precision, given in left's."""
    return ops.cast(ops.matmul(ops.cast(left, kernel.dtype), kernel), left.dtype)
