"""The gates of a step as tensors of their own."""

import operator


class Gates(tuple):
    """Tensors of one shape [b, units], one a gate, where they do not lie side by side in one."""

    @property
    def dtype(self):
        return self[0].dtype

    def split(self, widths):
        """The gates by so many at a time."""
        rest = iter(self)
        return [gates(next(rest) for _ in range(width)) for width in widths]

    def __add__(self, other):
        return Gates(map(operator.add, self, other))

    def __mul__(self, other):
        return Gates(map(operator.mul, self, other))


def gates(tensors):
    """Tensors as gates; one alone as the tensor that it is."""
    tensors = Gates(tensors)
    return tensors[0] if len(tensors) == 1 else tensors


def each(function):
    """A function of a tensor, as one of a tensor or of each of some gates."""

    def of(x):
        return Gates(map(function, x)) if isinstance(x, Gates) else function(x)

    return of
