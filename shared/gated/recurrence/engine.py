"""A recurrence over time, forward and back.

The loop forward holds only what depends on the states of the step before; the products with the
inputs are done when it starts. The loop back holds only what depends on the gradient that comes
from the step after: the factors it multiplies by are computed for all steps at once before it,
the gradients of the weights as one product after it.

Werbos 1990, "Backpropagation through time: what it does and how to do it".
"""

import importlib

import keras
from keras import ops

from gated.recurrence import unrolled
from gated.recurrence.derivatives import derivative


class Equations:
    """One step of a recurrence and its derivative.

    All methods work on one step, [b, ...], and on all steps at once, [t, b, ...]. `weights` are
    the tensors that the layer passes to `recur`; `drop(h)` applies the recurrent dropout.

    Attributes:
        kept: how many tensors of width `units` `step` hands to `factors`.
        emitted: the widths, in units, of what `step_back` hands to `gradients`.
        has_derivative: whether the derivatives of the activations are known here. Otherwise
            `recur` has the backend differentiate the loop.
    """

    kept: int
    emitted: tuple[int, ...]

    def __init__(self, activation, recurrent_activation=None):
        self.g, self.dg = activation, derivative(activation)
        self.sigma, self.dsigma = recurrent_activation, derivative(recurrent_activation)
        self.has_derivative = self.dg is not None and (
            self.sigma is None or self.dsigma is not None
        )

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

    def gradients(self, emitted, factors, kept, before, after, drop):
        """The gradients by x [t, b, n], and by each of the weights there may be."""
        raise NotImplementedError


def recur(equations, x, states, weights, mask=None, drop_mask=None, training=False, unroll=False):
    """Runs a recurrence.

        states⟨t⟩ = step(x⟨t⟩, states⟨t-1⟩)     where mask⟨t⟩ is true or there is no mask,
        states⟨t⟩ = states⟨t-1⟩                  elsewhere.

    Args:
        equations: `Equations`.
        x: [t, b, n].
        states: tensors [b, units], the states before the first step; the first is the output.
        weights: tensors, as the equations take them.
        mask: None, or booleans [t, b], any pattern.
        drop_mask: None, or [b, units], the recurrent dropout of these sequences.
        training: whether gradients will be asked for. They are right either way; without it what
            they need is computed again, in place of being kept.
        unroll: trace T copies of the step in place of a loop. T must be known.

    Returns:
        The first state after each step, [t, b, units], and the tuple of the last states.
    """
    driver = importlib.import_module(f"gated.recurrence.on_{keras.backend.backend()}")
    scan = unrolled.scan if unroll else driver.scan
    units = states[0].shape[-1]
    constants = []
    if mask is not None:
        constants.append(ops.cast(mask, x.dtype)[..., None])
    if drop_mask is not None:
        constants.append(drop_mask)
    ends = [1 + len(states), 1 + len(states) + len(weights)]

    def parts(tensors):
        x, states, weights = tensors[0], tensors[1 : ends[0]], tensors[ends[0] : ends[1]]
        constants = tensors[ends[1] :]
        masks = constants[:1] if mask is not None else ()
        drop = (lambda h: h) if drop_mask is None else (lambda h: h * constants[-1])
        return x, states, weights, masks, drop

    def forward(*tensors):
        x, states, weights, masks, drop = parts(tensors)

        def step(inputs, states):
            x, *keep = inputs
            new_states, kept = equations.step(x, states, weights, drop)
            if keep:
                pairs = zip(new_states, states, strict=True)
                new_states = tuple(ops.where(keep[0] > 0, new, old) for new, old in pairs)
            return new_states, [*new_states, *(kept if training else ())]

        count = len(states) + (equations.kept if training else 0)
        outputs, last = scan(step, [x, *masks], states, [units] * count)
        return (outputs[0], *last), (*tensors, *outputs)

    def backward(saved, by_outputs, *by_last):
        tensors, outputs = saved[: ends[1] + len(constants)], saved[ends[1] + len(constants) :]
        x, states, weights, masks, drop = parts(tensors)
        after, kept = outputs[: len(states)], outputs[len(states) :]
        before = [
            ops.concatenate([first[None], stack[:-1]])
            for first, stack in zip(states, after, strict=True)
        ]
        if not training:
            _, kept = equations.step(x, before, weights, drop)
        factors = equations.factors(kept, before, after)

        def step(inputs, gradients):
            by_output, *factors = inputs
            keep = factors.pop() if masks else None
            by_h, *others = gradients
            gradients = (by_h + by_output, *others)
            if keep is None:
                return equations.step_back(factors, gradients, weights, drop)
            # Past a masked step the gradients by the states go as they came.
            by_old, emitted = equations.step_back(
                factors, [gradient * keep for gradient in gradients], weights, drop
            )
            pairs = zip(by_old, gradients, strict=True)
            return tuple(old + new * (1 - keep) for old, new in pairs), emitted

        widths = [units * width for width in equations.emitted]
        emitted, by_states = scan(
            step, [by_outputs, *factors, *masks], tuple(by_last), widths, reverse=True
        )
        by_x, *by_weights = equations.gradients(emitted, factors, kept, before, after, drop)
        return (by_x, *by_states, *by_weights[: len(weights)], *(None for _ in constants))

    tensors = (x, *states, *weights, *constants)
    if equations.has_derivative:
        outputs, *last = driver.differentiable(forward, backward)(*tensors)
    else:
        (outputs, *last), _ = forward(*tensors)
    return outputs, tuple(last)


def outer(left, right):
    """The gradient [n, m] by a matrix, from what it multiplied and the gradients by the products.

    Args:
        left: [t, b, n].
        right: [t, b, m].
    """
    left = ops.reshape(left, (-1, left.shape[-1]))
    return ops.matmul(ops.transpose(left), ops.reshape(right, (-1, right.shape[-1])))
