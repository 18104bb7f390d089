"""The time loops on TensorFlow.

Where it can, a recurrence is compiled by XLA as a whole, forward and back, and the batch is cut
into one part a core, which run beside each other (`_side_by_side`). Elsewhere, inside XLA's own
compilation, in an export, or on a GPU where cuDNN does not know the layer, it is a loop of
TensorFlow's own operations (`Plain`).
"""

import functools
import os

import tensorflow as tf

from gated.compiling import on_gpu
from gated.private import dynamic_update_slice, exporting, in_xla
from gated.recurrence.loop import Loop
from gated.recurrence.native import flat_weights

_CORES = min(os.cpu_count() or 1, 8)


class Plain(Loop):
    """`tf.while_loop` over tensor arrays.

    Tensor arrays, not slices of one tensor: the gradient of a slice taken in a loop is a whole
    tensor of zeros at every step, and backpropagation through time would cost the square of the
    length. They are written in the order of the loop's steps: ONNX has no others.
    """

    def scan(self, step, inputs, rows, weights, outputs, reverse=False):
        length = inputs[0].shape[0]
        length = tf.shape(inputs[0])[0] if length is None else length
        arrays = [tf.TensorArray(x.dtype, length).unstack(x) for x in inputs]
        stacks = tuple(
            tf.TensorArray(dtype, length, element_shape=_static(shape)) for shape, dtype in outputs
        )

        def body(i, rows, stacks):
            t = length - 1 - i if reverse else i
            rows, new = step([array.read(t) for array in arrays], rows, weights)
            return (
                i + 1,
                tuple(rows),
                tuple(to.write(i, y) for to, y in zip(stacks, new, strict=True)),
            )

        _, rows, stacks = tf.while_loop(
            lambda i, *_: i < length,
            body,
            (tf.constant(0), tuple(rows), stacks),
            # XLA needs a bound on the length to differentiate the loop.
            maximum_iterations=length,
        )
        steps = inputs[0].shape[:1]
        results = [_stacked(x, shape) for x, (shape, _) in zip(stacks, outputs, strict=True)]
        results = [tf.reverse(x, [0]) for x in results] if reverse else results
        return [
            tf.ensure_shape(result, (*steps, *_static(shape)))
            for result, (shape, _) in zip(results, outputs, strict=True)
        ], rows

    def where(self, chosen, now, old):
        # Whole rows are chosen, and copied; `ops.where` would go through each number.
        return tf.raw_ops.Select(condition=chosen[:, 0], x=now, y=old)


def _stacked(array, shape):
    if all(isinstance(size, int) for size in shape):
        return array.stack()
    # Of no steps `stack` makes nothing unless the whole shape is known when it is traced.
    return tf.raw_ops.TensorListStack(
        input_handle=array.flow, element_shape=tf.stack(shape), element_dtype=array.dtype
    )


def _static(shape):
    return tuple(size if isinstance(size, int) else None for size in shape)


class _InXLA(Loop):
    """A loop for XLA alone. Of its tensors' steps, only the first `length` count."""

    fuses = True
    scratch = 2

    def __init__(self, length):
        self.length = length

    def scan(self, step, inputs, rows, weights, outputs, reverse=False):
        steps = tf.shape(inputs[0])[0]
        stacks = tuple(tf.zeros((steps, *shape), dtype) for shape, dtype in outputs)
        length = steps if self.length is None else self.length

        def body(t, rows, stacks):
            # Not x[t]: of a slice's bounds XLA makes constants, the length one of them.
            rows, new = step([tf.gather(x, t) for x in inputs], rows, weights)
            starts = {
                rank: tf.stack([t, *[0] * (rank - 1)]) for rank in {x.shape.rank for x in stacks}
            }
            stacks = tuple(
                dynamic_update_slice(stack, tf.expand_dims(y, 0), starts[stack.shape.rank])
                for stack, y in zip(stacks, new, strict=True)
            )
            return t - 1 if reverse else t + 1, tuple(rows), stacks

        def goes_on(t, *_):
            return t >= 0 if reverse else t < length

        first = length - 1 if reverse else 0
        _, rows, stacks = tf.while_loop(goes_on, body, (first, tuple(rows), stacks))
        return list(stacks), list(rows)


plain = Plain()


def choose(sequences, training):
    """The loop to run, or None for the recurrence compiled as a whole.

    That is worth its compilation in training, and where the shape is known: what is traced for
    any shape and not to be trained answers requests, and must not stop to compile on one.
    """
    if not training and None in sequences.shape[:2]:
        return plain
    if _portable() or on_gpu() or sequences.shape[1] == 0:
        return plain
    return None


def native(run, rows, shared):
    """The LSTM or GRU of cuDNN, on a GPU; not in an export, which must load elsewhere too."""
    if _portable() or not on_gpu():
        return None
    sequences, *states = rows
    kind = run.equations.native
    outputs, *last = tf.raw_ops.CudnnRNN(
        input=tf.transpose(sequences, (1, 0, 2)),
        input_h=states[0][None],
        input_c=states[1][None] if kind == "lstm" else 0.0,
        params=flat_weights(kind, shared, run.biased),
        rnn_mode=kind,
        is_training=True,
    )[: 1 + len(states)]
    return [tf.transpose(outputs, (1, 0, 2)), *(state[0] for state in last)]


def _portable():
    """Whether the graph may hold TensorFlow's plain operations only."""
    return in_xla() or exporting()


def differentiable(run, loop, rows, shared, constants):
    forward, backward = _on(loop, run, constants) if loop else _compiled(run, rows, constants)
    # Read here, variables are tensors like the others to TensorFlow.
    rows, shared = ([tf.convert_to_tensor(x) for x in tensors] for tensors in (rows, shared))

    @tf.custom_gradient
    def function(*tensors):
        # No tape may see the loops: it would have them differentiated as they are called.
        results, saved = forward(*_apart(map(tf.stop_gradient, tensors), len(rows)))

        def gradient(*upstream):
            return derivative(saved, *tensors, *upstream)

        return results, gradient

    def derivative(saved, *given):
        @tf.custom_gradient
        def first(*given):
            tensors, upstream = _apart(map(tf.stop_gradient, given), len(rows) + len(shared))
            by_rows, by_shared = backward(*_apart(tensors, len(rows)), saved, upstream)

            def second(*by_gradients):
                return _second_derivative(run, constants, len(rows), given, by_gradients)

            return [*by_rows, *by_shared], second

        return first(*given)

    return function(*rows, *shared)


def _apart(tensors, count):
    tensors = list(tensors)
    return tensors[:count], tensors[count:]


def _second_derivative(run, constants, rows, given, upstream):
    """TensorFlow's own, of the plain loop."""
    with tf.GradientTape() as outer:
        outer.watch(given)
        with tf.GradientTape() as inner:
            tensors = given[: len(upstream)]
            inner.watch(tensors)
            results, _ = run.forward(plain, *_apart(tensors, rows), constants)
        found = inner.gradient(results, tensors, list(given[len(upstream) :]))
    return outer.gradient(found, given, list(upstream))


def _on(loop, run, constants):
    def forward(rows, shared):
        results, saved = run.forward(loop, rows, shared, constants)
        return results, (results[0], saved)

    def backward(rows, shared, residuals, upstream):
        return run.backward(loop, rows, shared, constants, *residuals, upstream)

    return forward, backward


def _compiled(run, rows, constants):
    frame = _Frame(rows[0])
    constants = [frame.fill(tf.stop_gradient(constant)) for constant in constants]

    def forward(rows, shared):
        rows = [frame.fill(x) for x in rows]
        results, saved = _side_by_side(run, "forward", frame, shared, rows, constants)
        results = [tf.concat(parts, 0) if len(parts) > 1 else parts[0] for parts in results]
        return [frame.cut(result) for result in results], (rows, results[0], saved)

    def backward(_, shared, residuals, upstream):
        rows, outputs, saved = residuals
        upstream = [frame.fill(by) for by in upstream]
        by_rows, by_shared = _side_by_side(
            run, "backward", frame, shared, rows, constants, [outputs], saved, upstream
        )
        by_rows = [tf.concat(parts, 0) if len(parts) > 1 else parts[0] for parts in by_rows]
        return [frame.cut(by) for by in by_rows], [tf.add_n(parts) for parts in by_shared]

    return forward, backward


def _side_by_side(run, way, frame, shared, *given):
    """Runs the parts of a batch; TensorFlow does at the same time what does not depend on another.

    Returns:
        Two lists, of a list of the parts of each tensor.
    """
    given = [[frame.split(x) for x in tensors] for tensors in given]
    parts = [[[x[part] for x in tensors] for tensors in given] for part in range(frame.parts)]
    fixed = tuple(tf.TensorSpec(x.shape, x.dtype) for x in shared)
    signature = (fixed, *(tuple(map(_of_any_rows, tensors)) for tensors in parts[0]))
    function = _one_part(run, way, frame.static[1] is None, *signature)
    done = [
        frame.run(part, function, frame.length, list(shared), *tensors)
        for part, tensors in enumerate(parts)
    ]
    return [[list(x) for x in zip(*tensors, strict=True)] for tensors in zip(*done, strict=True)]


def _of_any_rows(x):
    return tf.TensorSpec((*(None for _ in x.shape[:-1]), x.shape[-1]), x.dtype)


@functools.lru_cache(maxsize=256)
def _one_part(run, way, bounded, *signature):
    """A recurrence forward or back, compiled; recurrences that are equal share it."""

    def loop(length):
        return _InXLA(length if bounded else None)

    def forward(length, shared, rows, constants):
        return run.forward(loop(length), rows, shared, constants)

    def backward(length, shared, rows, constants, outputs, saved, upstream):
        return run.backward(loop(length), rows, shared, constants, outputs[0], saved, upstream)

    function = tf.function(
        {"forward": forward, "backward": backward}[way],
        jit_compile=True,
        autograph=False,
        input_signature=(tf.TensorSpec((), tf.int32), *map(list, signature)),
    )
    # The concrete one: the other would warn that there are many of its name. And not as a part of
    # the graph that happens to ask first.
    with tf.init_scope():
        return function.get_concrete_function()


class _Frame:
    """How a batch is cut into parts, and padded to few sizes where its own is unknown.

    XLA compiles anew for every shape. A batch size or a length that is known when the graph is
    traced is taken as it is; an unknown one is rounded up, and the loop is given the number of
    steps to do.
    """

    def __init__(self, sequences):
        self.static = sequences.shape[:2]
        batch, self.length = tf.unstack(tf.shape(sequences)[:2])
        known_batch, known_length = self.static
        self.parts = min(_CORES, known_batch or _CORES)
        if known_batch is None:
            rows = -(-batch // self.parts)
            rows = tf.maximum(16, -(-rows // 8) * 8)
            # A batch of up to 16 rows is one part, as large as those of one of 32.
            starts = range(1, self.parts)
            others = [tf.where(part * rows < batch, rows, 0) for part in starts]
            self.rows = [rows, *others]
            self.extra_rows = tf.add_n(self.rows) - batch
        else:
            self.rows = [-(-known_batch // self.parts)] * self.parts
            self.extra_rows = sum(self.rows) - known_batch
        self.extra_steps = 0
        if known_length is None:
            # The fewer the rows, the more steps it takes for the padding to cost anything.
            unit = tf.clip_by_value(1024 // self.rows[0], 8, 64)
            self.extra_steps = unit * _power_of_two(-(-self.length // unit)) - self.length
        self.known = isinstance(self.extra_rows, int) and isinstance(self.extra_steps, int)
        # By rank, made once: every operation that is traced takes its time.
        extra = self.extra_rows, self.extra_steps
        sizes = known_batch or batch, known_length or self.length
        self.paddings, self.sizes = (
            {rank: tf.stack([*numbers[: rank - 1], last]) for rank in (2, 3)}
            for numbers, last in ((extra, 0), (sizes, -1))
        )

    def fill(self, tensor):
        rank = tensor.shape.rank
        if self.known and not self.extra_rows:
            return tensor
        after = self.paddings[rank]
        filled = tf.pad(tensor, tf.stack([tf.zeros_like(after), after], 1))
        return tf.ensure_shape(filled, (*[None] * (rank - 1), tensor.shape[-1]))

    def cut(self, tensor):
        rank, width = tensor.shape.rank, tensor.shape[-1]
        if not self.known or self.extra_rows:
            tensor = tf.slice(tensor, [0] * rank, self.sizes[rank])
        return tf.ensure_shape(tensor, (*self.static[: rank - 1], width))

    def split(self, tensor):
        """The parts of a tensor; what is in parts already stays so."""
        if isinstance(tensor, list):
            return tensor
        equal = isinstance(self.rows[0], int)
        return tf.split(tensor, self.parts if equal else tf.stack(self.rows), num=self.parts)

    def run(self, part, function, *given):
        """What a function gives for a part; for one without rows, tensors without rows."""
        if part == 0 or isinstance(self.rows[part], int):
            return function(*given)
        steps = self.length + self.extra_steps

        def nothing(output):
            if output.shape[0] is not None:
                return tf.zeros(output.shape, output.dtype)
            sizes = [0, output.shape[1]] if output.shape.rank == 2 else [0, steps, output.shape[2]]
            return tf.zeros(sizes, output.dtype)

        return tf.cond(
            self.rows[part] > 0,
            lambda: function(*given),
            lambda: tf.nest.map_structure(nothing, function.structured_outputs),
        )


def _power_of_two(number):
    """The next power of two."""
    exponent = tf.math.ceil(tf.math.log(tf.cast(tf.maximum(number, 1), tf.float64)) / _LOG_2)
    return tf.cast(tf.round(2**exponent), tf.int32)


_LOG_2 = 0.6931471805599453
