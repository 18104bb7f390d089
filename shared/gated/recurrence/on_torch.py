"""The time loop on PyTorch, which traces nothing: a Python loop, or PyTorch's own kernels."""

import torch

from gated.recurrence.native import native_weights
from gated.recurrence.unrolled import Unrolled

plain = Unrolled()


def choose(sequences, training):
    return plain


def native(run, rows, shared):
    """PyTorch's LSTM or GRU: cuDNN on a GPU; oneDNN or ATen on a CPU, in float32 and float64.

    In half precision on a CPU they would not carry the states in float32. Not while a program is
    traced.
    """
    sequences = rows[0]
    on_gpu = sequences.device.type == "cuda" and torch.backends.cudnn.is_available()
    wide = sequences.dtype in (torch.float32, torch.float64)
    if not (on_gpu or (sequences.device.type == "cpu" and wide)):
        return None
    if torch.jit.is_tracing() or torch.compiler.is_compiling():
        return None
    kind = run.equations.native

    def kernel(rows, shared):
        sequences, *states = rows
        weights = [weight.contiguous() for weight in native_weights(kind, shared, run.biased)]
        states = [state[None].contiguous() for state in states]
        options = (weights, run.biased, 1, 0.0, torch.is_grad_enabled(), False, True)
        if kind == "lstm":
            outputs, *last = torch.lstm(sequences, states, *options)
        else:
            outputs, *last = torch.gru(sequences, *states, *options)
        return [outputs, *(state[0] for state in last)]

    if not torch.is_grad_enabled():
        return kernel(rows, shared)
    count = len(rows)

    class Function(torch.autograd.Function):
        @staticmethod
        def forward(ctx, *tensors):
            ctx.save_for_backward(*tensors)
            with torch.enable_grad():
                ctx.inputs = [
                    tensor.detach().requires_grad_(tensor.requires_grad) for tensor in tensors
                ]
                ctx.results = kernel(ctx.inputs[:count], ctx.inputs[count:])
            return tuple(result.detach() for result in ctx.results)

        @staticmethod
        def backward(ctx, *upstream):
            if torch.is_grad_enabled():
                # The kernels have no second derivative.
                tensors = ctx.saved_tensors
                results, _ = run.forward(plain, tensors[:count], tensors[count:], [])
                return _gradients(results, tensors, upstream, create_graph=True)
            return _gradients(ctx.results, ctx.inputs, upstream, retain_graph=True)

    return Function.apply(*rows, *shared)


def differentiable(run, loop, rows, shared, constants):
    ends = [len(rows), len(rows) + len(shared)]

    def apart(tensors):
        return tensors[: ends[0]], tensors[ends[0] : ends[1]]

    class Function(torch.autograd.Function):
        @staticmethod
        def forward(ctx, *tensors):
            results, saved = run.forward(loop, *apart(tensors), constants)
            ctx.save_for_backward(*tensors, results[0], *saved)
            return tuple(results)

        @staticmethod
        def backward(ctx, *upstream):
            tensors, (outputs, *saved) = ctx.saved_tensors[: ends[1]], ctx.saved_tensors[ends[1] :]
            if not torch.is_grad_enabled():
                by_rows, by_shared = run.backward(
                    loop, *apart(tensors), constants, outputs, saved, upstream
                )
                return (*by_rows, *by_shared)
            # A second derivative is to come. What was saved does not know what it came from.
            results, _ = run.forward(loop, *apart(tensors), constants)
            return _gradients(results, tensors, upstream, create_graph=True)

    return Function.apply(*rows, *shared)


def _gradients(results, tensors, upstream, **options):
    wanted = [tensor for tensor in tensors if tensor.requires_grad]
    found = iter(torch.autograd.grad(results, wanted, upstream, **options))
    return tuple(next(found) if tensor.requires_grad else None for tensor in tensors)
