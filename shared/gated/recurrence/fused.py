"""The time loop on a GPU, on JAX, with one kernel a step or one for all of them.

What XLA makes of a training step of an LSTM is seven kernels a step forward and six back, each of
them launched anew at every step. Here a step is one kernel: the product with the recurrent kernel,
and with it the equations of the layer as they stand there. Pöppel, Beck and
Hochreiter 2024, "FlashRNN: optimizing traditional RNNs on modern hardware", take the same way
further.
"""

import math
from dataclasses import dataclass, replace

from jax import lax, numpy

from gated.recurrence.engine import Backward, Forward, product
from gated.recurrence.kernel import Given, Kernel
from gated.recurrence.scan import Scan

ROWS = 64  # sequences of a program at most; Triton multiplies no fewer than 16
DEPTH = 64  # units that are multiplied at a time, at most
UNROLL = 8  # launches in a round of the loop, which has a kernel of its own


@dataclass(frozen=True)
class Fused(Scan):
    """A loop whose steps are kernels.

    For equations with one product a step, in float32, bfloat16 and float16; others are a `Scan`.

    Attributes:
        room: how many programs the GPU can run at the same time, at least. Where they all find
            room one launch does all steps, and the programs of the same sequences wait for each
            other after each; else there is a launch for each step.
        columns: units of a program, a power of two, 16 at least.
        interpret: run the kernels as JAX's operations, on any device. They cannot wait there.
    """

    room: int
    columns: int = 16
    interpret: bool = False

    scratch = 0

    def scan(self, step, inputs, rows, weights, outputs, reverse=False):
        known = isinstance(step, (Forward, Backward)) and step.equations.one_product
        if not known or rows[0].dtype != "float32":
            return super().scan(step, inputs, rows, weights, outputs, reverse)
        states, drops = list(rows[: step.states]), list(rows[step.states :])
        matrix, *vectors = weights
        blocks = _Blocks(*states[0].shape, self.columns)
        height, width = blocks.grid
        at_once = width == 1 or height * width <= self.room
        kernel = Kernel(
            replace(step, equations=replace(step.equations, apart=True)),
            length=len(inputs[0]),
            steps=len(inputs[0]) if at_once else 1,
            rows=blocks.rows,
            columns=self.columns,
            depth=math.gcd(blocks.padded[1], DEPTH),
            interpret=self.interpret,
        )

        def multiply(state):
            return product(state * drops[0].astype(state.dtype) if drops else state, matrix)

        forward = isinstance(step, Forward)
        given = Given(
            inputs=[blocks.cut(x) for x in inputs],
            drops=[blocks.cut(drop)[:, 0] for drop in drops],
            first=blocks.cut(multiply(states[0])) if forward else None,
            matrix=blocks.matrix(matrix),
            vectors=[blocks.gates(vector) for vector in vectors],
        )
        stacks = [blocks.empty(kernel.length, shape, dtype) for shape, dtype in outputs]
        carried = numpy.zeros(1, "int32"), stacks, [blocks.cut(state)[:, 0] for state in states]

        def launch(_, carried):
            start, stacks, states = carried
            return kernel(start, given, stacks, states)

        # The kernel itself counts the steps: it would take another to count for it.
        if at_once:
            _, stacks, states = launch(0, carried)
        else:
            _, stacks, states = lax.fori_loop(0, kernel.length, launch, carried, unroll=UNROLL)
        stacks = [blocks.join(stack) for stack in stacks]
        states = [blocks.join(state[:, None]) for state in states]
        if not forward:
            # The last product back has no step that would do it.
            by_first = product(stacks[0][0].astype(states[0].dtype), matrix)
            states[0] = states[0] + (by_first * drops[0] if drops else by_first)
        return stacks, [*states, *drops]


@dataclass(frozen=True)
class _Blocks:
    """Sequences and units, filled up with zeros to whole programs; the gates a dimension."""

    batch: int
    units: int
    columns: int

    @property
    def rows(self):
        return min(ROWS, max(16, 1 << (self.batch - 1).bit_length()))

    @property
    def padded(self):
        rows, columns = self.rows, self.columns
        return -(-self.batch // rows) * rows, -(-self.units // columns) * columns

    @property
    def grid(self):
        batch, units = self.padded
        return batch // self.rows, units // self.columns

    def gates(self, tensor):
        """[..., gates * units] as [..., gates, units]."""
        tensor = tensor.reshape(*tensor.shape[:-1], -1, self.units)
        return self._fill(tensor, -1, self.padded[1])

    def cut(self, tensor):
        """[..., b, gates * units] as [..., b, gates, units]; a mask [t, b, 1] as [t, b, 1, 1]."""
        one = tensor.shape[-1] == 1
        tensor = tensor[..., None] if one else self.gates(tensor)
        return self._fill(tensor, -3, self.padded[0])

    def matrix(self, matrix):
        """[left gates * units, gates * units] as [left gates, units, gates, units]."""
        matrix = matrix.reshape(-1, self.units, matrix.shape[-1])
        return self._fill(self.gates(matrix), 1, self.padded[1])

    def empty(self, length, shape, dtype):
        batch, units = self.padded
        return lax.empty((length, batch, shape[-1] // self.units, units), dtype)

    def join(self, tensor):
        """The reverse of `cut`."""
        tensor = tensor[..., : self.batch, :, : self.units]
        return tensor.reshape(*tensor.shape[:-2], -1)

    def _fill(self, tensor, axis, size):
        if tensor.shape[axis] == size:
            return tensor
        padding = [(0, 0)] * tensor.ndim
        padding[axis] = (0, size - tensor.shape[axis])
        return numpy.pad(tensor, padding)
