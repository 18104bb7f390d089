"""What the algorithms of a chain share."""

import importlib

import keras
from keras import ops

# Not -inf, whose difference to itself is not a number. Some 10⁸ of it can be added up in float32.
IMPOSSIBLE = -1e30


def with_outside(scores):
    """The scores [b, t, k + 1], in which no step is outside."""
    return ops.pad(scores, ((0, 0), (0, 0), (0, 1)), constant_values=IMPOSSIBLE)


def only_outside(scores):
    """The scores [k + 1] before the first step, of scores with the outside."""
    width = scores.shape[-1]
    return ops.where(ops.arange(width) == width - 1, 0, ops.cast(IMPOSSIBLE, scores.dtype))


def swapped(x):
    """Time first in place of the batch, or the other way round."""
    return ops.swapaxes(x, 0, 1)


def driver():
    """The time loops of the backend."""
    return importlib.import_module(f"gated.recurrence.on_{keras.backend.backend()}")
