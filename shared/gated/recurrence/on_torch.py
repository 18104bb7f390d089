"""The time loop on PyTorch, which traces nothing: a Python loop."""

import torch

from gated.recurrence.unrolled import scan

__all__ = ["differentiable", "scan"]


def differentiable(forward, backward):
    class Function(torch.autograd.Function):
        @staticmethod
        def forward(ctx, *tensors):
            outputs, kept = forward(*tensors)
            ctx.count = len(tensors)
            ctx.save_for_backward(*tensors, *kept)
            return outputs

        @staticmethod
        def backward(ctx, *upstream):
            tensors, kept = ctx.saved_tensors[: ctx.count], ctx.saved_tensors[ctx.count :]
            if not torch.is_grad_enabled():
                return backward(kept, *upstream)
            # A second derivative is to come. What was kept does not know what it came from.
            outputs, _ = forward(*tensors)
            wanted = [tensor for tensor in tensors if tensor.requires_grad]
            found = iter(torch.autograd.grad(outputs, wanted, upstream, create_graph=True))
            return tuple(next(found) if tensor.requires_grad else None for tensor in tensors)

    return Function.apply
