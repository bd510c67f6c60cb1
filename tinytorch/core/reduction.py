"""Reductions: many numbers become one, and its gradient goes back to all of them."""

import math

from .autograd import Function
from .shape import broadcast_to, checked_dims


class SumBackward(Function):
    """z = Σ x over the axes `dim`.

    ∂L/∂x = g, copied along the axes that were summed: every term counts once.
    Keeps the shape of x and no data. Source: the sum rule.
    """

    def forward(self, x, *, dim=None, keepdim=False):
        axes = checked_dims("sum", x.shape, dim)
        self.kept = tuple([1 if i in axes else n for i, n in enumerate(x.shape)])
        return x.sum(axis=axes, keepdims=keepdim)

    def apply(self, g):
        return (broadcast_to(g.reshape(self.kept), self.next_functions[0].shape),)


class MeanBackward(Function):
    """z = (1/n) Σ x over the axes `dim`, n the number of terms.

    ∂L/∂x = g / n, copied along the axes that were averaged.
    Keeps the shape of x and no data. The mean of no terms is NaN, as in PyTorch.
    Source: the sum rule.
    """

    def forward(self, x, *, dim=None, keepdim=False):
        if x.dtype.kind != "f":
            raise TypeError(
                f"mean: dtype {x.dtype} has no fractions to average in; convert with .float() first"
            )
        axes = checked_dims("mean", x.shape, dim)
        self.kept = tuple([1 if i in axes else n for i, n in enumerate(x.shape)])
        self.n = math.prod([x.shape[i] for i in axes])
        total = x.sum(axis=axes, keepdims=keepdim)
        return total / self.n if self.n else total * math.nan

    def apply(self, g):
        return (
            broadcast_to((g / max(self.n, 1)).reshape(self.kept), self.next_functions[0].shape),
        )
