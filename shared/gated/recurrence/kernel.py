"""A step of a recurrence, or all of them, as one kernel of a GPU, on JAX.

Written with Pallas, for Triton. Its tensors have powers of two for sizes, so the gates are tensors
of their own here, `Gates`.
"""

from dataclasses import dataclass
from typing import NamedTuple

import jax
from jax import lax, numpy
from jax.experimental import pallas
from jax.experimental.pallas import triton

from gated.recurrence.engine import Backward, Forward
from gated.recurrence.gates import Gates, gates


class Given(NamedTuple):
    """What the steps read.

    Attributes:
        inputs: [t, b, gates, units] each, the mask [t, b, 1, 1].
        drops: [b, units] each.
        first: [b, gates, units], the product of the first step, or None where that has none.
        matrix: [left gates, units, gates, units], the recurrent kernel.
        vectors: [gates, units] each, the other weights.
    """

    inputs: list
    drops: list
    first: jax.Array | None
    matrix: jax.Array
    vectors: list


@dataclass(frozen=True)
class Kernel:
    """The kernel of some steps.

    A program (i, j) has block i of the sequences and block j of the units, of every gate. What it
    multiplies, the outputs of the step before, is that of all units, which other programs wrote:
    in an earlier launch, or before they met at a barrier.

    Attributes:
        step: of the loop forward or back, its equations `apart`.
        length: how many steps there are.
        steps: how many of them a launch does: one, or all.
        rows: sequences of a program.
        columns: units of a program.
        depth: units that are multiplied at a time.
        interpret: run as JAX's operations, one program after the other.
    """

    step: Forward | Backward
    length: int
    steps: int
    rows: int
    columns: int
    depth: int
    interpret: bool

    def __call__(self, start, given, stacks, states):
        """Does steps `start`, int32 [1], and those after it, into the stacks [t, b, gates, units].

        Returns:
            The start of the next launch, the stacks, and the states [b, units] after the steps.
        """
        batch, units = states[0].shape
        grid = (batch // self.rows, units // self.columns)
        # Programs of the same sequences count there how many of them are done with a step.
        counters = [numpy.zeros(grid[:1], "int32")] if self.steps > 1 and grid[1] > 1 else []
        results = [*stacks, *states, *counters]
        fixed = jax.tree.leaves((start, given))
        done = pallas.pallas_call(
            lambda start, given, results, next_start, *written: self._program(
                start, next_start, given, written, len(stacks), grid[1]
            ),
            grid=grid,
            out_shape=[jax.ShapeDtypeStruct(x.shape, x.dtype) for x in (start, *results)],
            input_output_aliases={len(fixed) + i: 1 + i for i in range(len(results))},
            compiler_params=triton.CompilerParams(num_warps=4, num_stages=3),
            interpret=self.interpret,
            name="gated_steps",
        )(start, given, results)
        next_start, *done = done[: 1 + len(stacks) + len(states)]
        return next_start, done[: len(stacks)], done[len(stacks) :]

    def _program(self, start, next_start, given, written, count, blocks):
        row, column = pallas.program_id(0), pallas.program_id(1)
        place = (
            pallas.ds(row * self.rows, self.rows),
            pallas.ds(column * self.columns, self.columns),
        )
        stacks, states = written[:count], written[count : count + self.step.states]
        counters = written[count + self.step.states :]
        first = start[0]
        next_start[0] = first + self.steps  # by all of them: the same

        def one(i, values):
            values = self._step(first + i, given, stacks, values, place)
            for counter in counters:
                _meet(counter, row, (i + 1) * blocks)
            return values

        values = tuple(state[place] for state in states)
        values = one(0, values) if self.steps == 1 else lax.fori_loop(0, self.steps, one, values)
        for state, value in zip(states, values, strict=True):
            state[place] = value

    def _step(self, now, given, stacks, values, place):
        rows, columns = place
        backward = isinstance(self.step, Backward)
        t = self.length - 1 - now if backward else now
        earlier = numpy.minimum(t + 1, self.length - 1) if backward else numpy.maximum(t - 1, 0)

        def read(ref, *before):
            return gates(ref[(*before, gate, columns)] for gate in range(ref.shape[-2]))

        drops = [drop[place] for drop in given.drops]
        products = self._product(given, stacks[0], earlier, rows, columns)
        if backward:
            # The step's own product needs all gates, which are written when it is over: it is a
            # part of the gradient by the state that the next one adds.
            (by_state,) = products
            for drop in drops:
                by_state = by_state * drop.astype(by_state.dtype)
            values = (values[0] + numpy.where(now == 0, 0, by_state), *values[1:])
            products = [numpy.zeros_like(by_state)]
        else:
            products = [
                numpy.where(now == 0, given.first[rows, gate, columns], product)
                for gate, product in enumerate(products)
            ]
        masked = len(given.inputs) - self.step.masked
        inputs = [read(ref, t, rows) for ref in given.inputs[:masked]]
        masks = [ref[t, rows, 0, pallas.ds(0, 1)] for ref in given.inputs[masked:]]
        weights = [lambda _: gates(products), *map(read, given.vectors)]
        new, outputs = self.step([*inputs, *masks], (*values, *drops), weights)
        for stack, output in zip(stacks, outputs, strict=True):
            for gate, value in enumerate(output if isinstance(output, Gates) else [output]):
                stack[t, rows, gate, columns] = value
        return tuple(new[: self.step.states])

    def _product(self, given, left, t, rows, columns):
        """Of all units of a step of `left`, with the columns of this program, one a gate."""
        matrix, drops = given.matrix, given.drops if isinstance(self.step, Forward) else []
        blocks = range(matrix.shape[2])

        def add(k, sums):
            depth = pallas.ds(k * self.depth, self.depth)
            for gate in range(matrix.shape[0]):
                tile = left[t, rows, gate, depth]
                for drop in drops:
                    tile = tile * drop[rows, depth]
                sums = tuple(
                    total
                    + numpy.dot(
                        tile,
                        matrix[gate, depth, to, columns],
                        preferred_element_type=total.dtype,
                    )
                    for to, total in zip(blocks, sums, strict=True)
                )
            return sums

        zeros = tuple(numpy.zeros((self.rows, self.columns), "float32") for _ in blocks)
        return lax.fori_loop(0, matrix.shape[1] // self.depth, add, zeros)


def _meet(counter, row, expected):
    """Waits until every program of the same sequences has come here."""
    triton.debug_barrier()
    seen = triton.atomic_add(counter, (row,), 1)
    lax.while_loop(
        lambda seen: seen < expected, lambda _: triton.atomic_add(counter, (row,), 0), seen + 1
    )
    triton.debug_barrier()
