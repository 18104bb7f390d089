"""A recurrence over time, forward and back.

The loop forward holds only what depends on the states of the step before; the products with the
inputs are done when it starts. The loop back holds only what depends on the gradient that comes
from the step after; the gradients of the weights are one product each after it.

Werbos 1990, "Backpropagation through time: what it does and how to do it".
"""

import dataclasses
import importlib
import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import keras
from keras import ops

from gated.recurrence.derivatives import derivative
from gated.recurrence.gates import Gates, each
from gated.recurrence.unrolled import Unrolled


@dataclass(frozen=True)
class Equations:
    """One step of a recurrence and its derivative.

    The methods that take a step work on one, [b, ...]; `factors` and `gradients` also on all at
    once, [t, b, ...]. `weights` are the tensors that the layer passes to `recur`, the recurrent
    kernel first; on the way back that one comes transposed. `drop(h)` applies the recurrent
    dropout. Two equations that are equal share their compiled loops.

    Attributes:
        activation: g, of the candidate.
        recurrent_activation: σ, of the gates.
        apart: whether the gates of a step are tensors of their own, `Gates`, as in a kernel that
            has some of the units only, or lie side by side in one.
        saved: how many tensors of width `units` `step` hands to `factors`.
        emitted: the widths, in units, of what `step_back` hands to `gradients`.
        one_product: whether a step has one product with the recurrent kernel, that of the first
            state on the way forward and that of the first of `emitted` on the way back.
    """

    activation: Callable
    recurrent_activation: Callable | None = None
    apart: bool = False

    saved: ClassVar[int] = 0
    emitted: ClassVar[tuple[int, ...]] = (1,)
    one_product: ClassVar[bool] = True

    @property
    def g(self):
        return self.activation

    @property
    def sigma(self):
        return each(self.recurrent_activation)

    def split(self, gates, *widths):
        """The gates of [..., units * sum of widths], by so many at a time."""
        if self.apart:
            return gates.split(widths)
        units = gates.shape[-1] // sum(widths)
        ends = list(itertools.accumulate(width * units for width in widths))
        return ops.split(gates, ends[:-1], axis=-1)

    def join(self, *gates):
        """The reverse."""
        return Gates(gates) if self.apart else ops.concatenate(gates, axis=-1)

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
        gates = self.recurrent_activation is None or self.dsigma is not None
        return self.dg is not None and gates

    @property
    def native(self):
        """The kernel that backends may have for these equations: "lstm", "gru" or None."""
        return None

    def step(self, x, states, weights, drop):
        """One step. Returns the new states, and what the derivative needs of the step."""
        raise NotImplementedError

    def factors(self, saved, before, h):
        """All that `step_back` multiplies by.

        From what was saved of a step, the states before it, and the first state after it.
        """
        raise NotImplementedError

    def step_back(self, factors, gradients, weights, drop):
        """The derivative of a step, from the gradients by the new states.

        Returns the gradients by the old states, and what `gradients` needs. It is linear in
        `gradients`: where they are zero, so is all that it returns.
        """
        raise NotImplementedError

    def gradients(self, emitted, saved, before, drop, outer):
        """The gradients by x [t, b, n], and by each of the weights there may be.

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
    checkpoint=False,
    native="auto",
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
        mask: None, or booleans [b, t], any pattern. What stands at a false step does not matter,
            NaN too.
        drop_mask: None, or [b, units], the recurrent dropout of these sequences.
        training: whether gradients will be asked for. They are right either way.
        unroll: trace T copies of the step in place of a loop. T must be known.
        checkpoint: in training, save little and compute it again (`InSegments`). T must be known.
        native: `"auto"`: the backend's own kernel where the driver's `native` has one; `True`:
            that and nothing else; `False`: never.

    Returns:
        The first state after each step, [b, t, units], and the tuple of the last states.

    Raises:
        ValueError: with `native=True`, where there is no kernel.
    """
    driver = _driver()
    empty = sequences.shape[1] == 0
    if empty:
        # The loops want a step: one that does not count.
        sequences = ops.pad(sequences, [[0, 0], [0, 1], [0, 0]])
        mask = ops.zeros(ops.shape(sequences)[:2], dtype="bool")
    # One step needs no loop: a sampler takes many of one.
    unroll = unroll or (sequences.shape[1] == 1 and not training)
    loop = Unrolled() if unroll else driver.choose(sequences, training)
    constants = []
    if mask is not None:
        sequences = ops.where(mask[..., None], sequences, 0)
        constants.append(ops.cast(mask, sequences.dtype)[..., None])
    if drop_mask is not None:
        constants.append(drop_mask)
    run = Run(equations, bias is not None, mask is not None, drop_mask is not None, training)
    rows = [sequences, *states]
    shared = [kernel, *([] if bias is None else [bias]), *weights]
    results = None
    if native and not unroll and not checkpoint and not constants and equations.native:
        results = driver.native(run, rows, shared)
    if native is True and results is None:
        raise ValueError("There is no native kernel for this layer, its options, inputs and device")
    if results is not None:
        outputs, *last = results
    elif equations.has_derivative:
        if checkpoint and training:
            run = InSegments(run, sequences.shape[1])
        outputs, *last = driver.differentiable(run, loop, rows, shared, constants)
    else:
        loop = loop if unroll else driver.plain
        (outputs, *last), _ = run.forward(loop, rows, shared, constants)
    return outputs[:, :0] if empty else outputs, tuple(last)


def scan(step, inputs, rows, outputs):
    """Runs a function of one step over time, on a loop that the backend can differentiate.

    Args:
        step: from the tensors of a step [...], the rows and an empty list to the new rows and what
            the step puts out.
        inputs: tensors [t, ...].
        rows: tensors, what the first step is given.
        outputs: the shape and dtype of each of the tensors that a step puts out.

    Returns:
        The stacks of these, [t, ...], and the last rows.
    """
    return _driver().plain.scan(step, inputs, rows, [], outputs)


def lost_in_xla(equations):
    """Whether XLA's compilation of a whole model would keep its native kernel from the layer."""
    on_tensorflow = keras.backend.backend() == "tensorflow"
    return on_tensorflow and equations.native is not None and _driver().on_gpu()


def _driver():
    return importlib.import_module(f"gated.recurrence.on_{keras.backend.backend()}")


@dataclass(frozen=True)
class Run:
    """A recurrence forward and back, on any loop.

    Its tensors come as `rows`, the sequences and the first states; `shared`, the weights of all
    rows; and `constants`, of each row too, the mask and the recurrent dropout if there are any.
    Those that come and go have the batch first, [b, t, n]; inside time is first, [t, b, n], so
    that a step's numbers lie together.
    """

    equations: Equations
    biased: bool
    masked: bool
    dropped: bool
    save: bool

    def forward(self, loop, rows, shared, constants):
        """The outputs and the last states; and what `backward` is to be given."""
        sequences, *states = rows
        outputs, saved, last = self.scan(
            loop, _swapped(sequences), states, shared, self.over_time(constants), self.save
        )
        return [_swapped(outputs), *(ops.cast(state, outputs.dtype) for state in last)], saved

    def backward(self, loop, rows, shared, constants, outputs, saved, upstream):
        """The gradients by `rows` and by `shared`."""
        (sequences, *states), (by_outputs, *by_last) = rows, upstream
        sequences, constants = _swapped(sequences), self.over_time(constants)
        if not self.save:
            _, saved, _ = self.scan(loop, sequences, states, shared, constants, True)
        by_sequences, by_states, by_shared = self.scan_back(
            loop,
            sequences,
            states,
            shared,
            constants,
            _swapped(outputs),
            saved,
            _swapped(by_outputs),
            by_last,
        )
        return _cast_like([_swapped(by_sequences), *by_states], rows), by_shared

    def over_time(self, constants):
        """The constants with time first in the mask."""
        return [*map(_swapped, constants[: self.masked]), *constants[self.masked :]]

    def scan(self, loop, sequences, states, shared, constants, save):
        """All outputs, what `scan_back` is to be given, and the last states."""
        kernel, bias, weights = self._apart(shared)
        x = loop.product(sequences, kernel, bias)
        bias = bias if loop.fuses else []
        states = [ops.cast(state, accumulated(state.dtype)) for state in states]
        narrow, wide, shape = x.dtype, states[0].dtype, ops.shape(states[0])
        outputs = [(shape, narrow)]
        if save:
            outputs += [(shape, wide)] * (len(states) - 1)
            outputs += [(shape, narrow)] * self.equations.saved
        step = Forward(
            self.equations, len(states), bool(bias), self.masked, self.dropped, save, loop.where
        )
        masks, drops = constants[: self.masked], constants[self.masked :]
        scratch = []
        if not save:
            scratch = [ops.zeros_like(states[0])] * min(self.equations.saved, loop.scratch)
        (outputs, *saved), last = loop.scan(
            step, [x, *masks], [*states, *drops, *scratch], [*weights, *bias], outputs
        )
        count = len(states) + len(drops)
        return outputs, [*saved, *last[count:]], last[: len(states)]

    def scan_back(
        self, loop, sequences, states, shared, constants, outputs, saved, by_outputs, by_last
    ):
        """The gradients by the sequences, by the first states, and by `shared`."""
        kernel, bias, weights = self._apart(shared)
        masks, drops = constants[: self.masked], constants[self.masked :]
        ends = len(states) - 1
        first = ops.cast(states[0], outputs.dtype)[None]
        before = [ops.concatenate([first, outputs])[:-1], *saved[:ends]]
        saved = saved[ends:]
        wide = accumulated(outputs.dtype)
        step = Backward(self.equations, len(states), self.masked, self.dropped, loop.fuses)
        given = [*saved, *before, outputs]
        if not loop.fuses:
            given = step.factors([ops.cast(tensor, wide) for tensor in given])
        batch, units = ops.shape(outputs)[1], outputs.shape[-1]
        emitted, by_states = loop.scan(
            step,
            [by_outputs, *given, *masks],
            [*(ops.cast(by, wide) for by in by_last), *drops],
            [ops.transpose(weights[0]), *weights[1:]],
            [((batch, units * width), outputs.dtype) for width in self.equations.emitted],
            reverse=True,
        )
        by_x, *by_weights = self.equations.gradients(
            emitted, saved, before, _drop(drops), loop.outer
        )
        by_bias = [ops.sum(by_x, axis=(0, 1))] if bias else []
        by_shared = [loop.outer(sequences, by_x), *by_bias, *by_weights[: len(weights)]]
        by_sequences = loop.product(by_x, ops.transpose(kernel))
        return by_sequences, by_states[: len(states)], _cast_like(by_shared, shared)

    def _apart(self, shared):
        kernel, *rest = shared
        return kernel, rest[: self.biased], rest[self.biased :]


@dataclass(frozen=True)
class InSegments:
    """A recurrence in segments of √T steps, for sequences too long to save.

    Only the states between the segments are saved; what the gradients need beside them is computed
    again, one segment at a time. Beside its inputs and outputs the memory it takes grows with √T.
    Chen et al. 2016, "Training deep nets with sublinear memory cost".
    """

    run: Run
    length: int

    @property
    def steps(self):
        return math.isqrt(self.length - 1) + 1

    def forward(self, loop, rows, shared, constants):
        sequences, *states = rows
        run, (x, masks), drops = self._cut(sequences, constants)
        shapes = [ops.shape(state) for state in states]

        def segment(inputs, states, _):
            x, *masks = inputs
            outputs, _, last = run.scan(loop, x, states, shared, [*masks, *drops], False)
            return last, [outputs, *states]

        states = [ops.cast(state, accumulated(state.dtype)) for state in states]
        (outputs, *starts), last = loop.scan(
            segment,
            [x, *masks],
            states,
            [],
            [
                ((self.steps, *shapes[0]), sequences.dtype),
                *((shape, state.dtype) for shape, state in zip(shapes, states, strict=True)),
            ],
        )
        outputs = self._joined(outputs)
        return [outputs, *(ops.cast(state, outputs.dtype) for state in last)], starts

    def backward(self, loop, rows, shared, constants, outputs, starts, upstream):
        (sequences, *states), (by_outputs, *by_last) = rows, upstream
        run, (x, masks), drops = self._cut(sequences, constants)
        count = len(states)

        def segment(inputs, carried, _):
            x, by_outputs, *inputs = inputs
            states, constants = inputs[:count], [*inputs[count:], *drops]
            outputs, saved, _ = run.scan(loop, x, states, shared, constants, True)
            by_x, by_states, by_shared = run.scan_back(
                loop, x, states, shared, constants, outputs, saved, by_outputs, carried[:count]
            )
            sums = [by + new for by, new in zip(carried[count:], by_shared, strict=True)]
            return [*by_states, *sums], [by_x]

        wide = accumulated(outputs.dtype)
        (by_x,), carried = loop.scan(
            segment,
            [x, self._segments(by_outputs), *starts, *masks],
            [*(ops.cast(by, wide) for by in by_last), *map(ops.zeros_like, shared)],
            [],
            [(ops.shape(x)[1:], sequences.dtype)],
            reverse=True,
        )
        by_sequences = self._joined(by_x)
        return _cast_like([by_sequences, *carried[:count]], rows), list(carried[count:])

    def _cut(self, sequences, constants):
        """The recurrence of a segment; the sequences and the masks in segments; the dropout."""
        run = self.run
        masks, drops = list(constants[: run.masked]), constants[run.masked :]
        if self.length % self.steps and not masks:
            # The steps that fill the last segment do not count.
            masks = [ops.ones_like(sequences[..., :1])]
            run = dataclasses.replace(run, masked=True)
        return run, (self._segments(sequences), [*map(self._segments, masks)]), drops

    def _segments(self, tensor):
        """[b, t, n] as [segments, steps, b, n]."""
        batch, _, width = ops.shape(tensor)
        tensor = ops.pad(_swapped(tensor), [[0, -self.length % self.steps], [0, 0], [0, 0]])
        return ops.reshape(tensor, (-(-self.length // self.steps), self.steps, batch, width))

    def _joined(self, tensor):
        """The reverse."""
        batch, width = ops.shape(tensor)[2:]
        return _swapped(ops.reshape(tensor, (-1, batch, width))[: self.length])


def _swapped(tensor):
    """[b, t, n] as [t, b, n], or the reverse."""
    return ops.transpose(tensor, (1, 0, 2))


def _cast_like(tensors, others):
    return [ops.cast(by, other.dtype) for by, other in zip(tensors, others, strict=True)]


@dataclass(frozen=True)
class Forward:
    """A step of the loop forward: the equations, where the mask lets them."""

    equations: Equations
    states: int
    biased: bool
    masked: bool
    dropped: bool
    save: bool
    where: Callable

    def __call__(self, inputs, rows, weights):
        x, *masks = inputs
        ends = (self.states, self.states + self.dropped)
        states, drops, scratch = rows[: ends[0]], rows[ends[0] : ends[1]], rows[ends[1] :]
        wide = states[0].dtype
        weights = _widened(weights, wide)
        z = cast(x, wide)
        if self.biased:
            *weights, bias = weights
            z = z + bias
        new, saved = self.equations.step(z, states, weights, _drop(drops, wide))
        if self.masked:
            pairs = zip(new, states, strict=True)
            new = tuple(self.where(masks[0] > 0, now, old) for now, old in pairs)
        outputs = [ops.cast(new[0], x.dtype)]
        if self.save:
            outputs += [*states[1:], *(ops.cast(tensor, x.dtype) for tensor in saved)]
        return (*new, *drops, *saved[: len(scratch)]), outputs


@dataclass(frozen=True)
class Backward:
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
        return (*by_old, *drops), [cast(tensor, narrow) for tensor in emitted]

    def factors(self, given):
        """Those of the equations, from what was saved, the states before, and the new one."""
        *given, h = given
        saved, before = given[: self.equations.saved], given[self.equations.saved :]
        return self.equations.factors(saved, before, h)


def _drop(masks, dtype=None):
    if not masks:
        return lambda h: h
    (mask,) = masks
    return lambda h: h * ops.cast(mask, dtype or h.dtype)


def _widened(weights, dtype):
    # The kernel's products stay in its own precision: they are what float16 is fast at.
    kernel, *others = weights
    return [kernel, *(cast(weight, dtype) for weight in others)]


def accumulated(dtype):
    """The dtype in which to add up values of another."""
    dtype = keras.backend.standardize_dtype(dtype)
    return "float32" if dtype in ("float16", "bfloat16") else dtype


def cast(x, dtype):
    """A tensor, or some gates, in a dtype."""
    return each(lambda tensor: ops.cast(tensor, dtype))(x)


def product(left, kernel):
    """The product left · kernel in the kernel's precision, given in left's.

    The kernel may be a function that gives the product.
    """
    if callable(kernel):
        return kernel(left)
    return ops.cast(ops.matmul(ops.cast(left, kernel.dtype), kernel), left.dtype)
