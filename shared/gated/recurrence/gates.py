"""The gates of a step as tensors of their own."""

import operator


class Gates(tuple):
    """Tensors of one shape [b, units], one a gate, where they do not lie side by side in one."""

    @property
    def dtype(self):
        return self[0].dtype

    def split(self, widths):
        """The gates by so many at a time; one alone as the tensor that it is."""
        rest = iter(self)
        groups = [Gates(next(rest) for _ in range(width)) for width in widths]
        return [group[0] if len(group) == 1 else group for group in groups]

    def __add__(self, other):
        return Gates(map(operator.add, self, other))

    def __mul__(self, other):
        return Gates(map(operator.mul, self, other))


def each(function):
    """A function of a tensor, as one of a tensor or of each of some gates."""

    def of(x):
        return Gates(map(function, x)) if isinstance(x, Gates) else function(x)

    return of
