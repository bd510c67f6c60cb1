"""What all losses share: a term for every element or row, reduced to one number.

The reduction is "mean", "sum", or "none" for the terms themselves; its derivative, what one term
weighs, is in `scale`.
"""

import functools
import math

import numpy as np

from ..module import Module
from ..tensor import Tensor


def reduce(node, terms, reduction, total=None):
    """The terms, their sum, or their mean over `total`; `node.scale` is what one term weighs."""
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(
            f"{node.name}: reduction must be 'mean', 'sum' or 'none', got {reduction!r}"
        )
    total = terms.size if total is None else float(total)
    node.scale = 1 / total if reduction == "mean" and total else 1
    if reduction == "none":
        return terms
    if reduction == "mean" and not total:
        return terms.sum() * terms.dtype.type(math.nan)
    if terms.dtype == np.float16:  # a sum that it cannot hold may have a mean that it can
        return (terms.sum(dtype=np.float32) * np.float32(node.scale)).astype(np.float16)
    return terms.sum() * terms.dtype.type(node.scale)


def by_old_names(function):
    """A loss, with the `size_average` and `reduce` of PyTorch's first versions for `reduction`."""

    @functools.wraps(function)
    def named(*args, size_average=None, reduce=None, **options):
        if size_average is not None or reduce is not None:
            mean = size_average is None or size_average
            terms = reduce is not None and not reduce
            options["reduction"] = "none" if terms else "mean" if mean else "sum"
        return function(*args, **options)

    return named


def without(left_out, x):
    """x with 0 wherever `left_out` holds, whatever stood there: nan · 0 would be nan."""
    return x if left_out is None else np.where(left_out, 0.0, x)


def product(factor, x):
    """factor · x, and 0 where the factor is 0, whatever x is there."""
    left_out = np.asarray(factor == 0)
    return factor * without(left_out if left_out.any() else None, x)


def reduced(name, terms, reduction):
    """The terms of a loss that is made of operations, their sum, or their mean."""
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(f"{name}: reduction must be 'mean', 'sum' or 'none', got {reduction!r}")
    return terms if reduction == "none" else getattr(terms, reduction)()


def refuse_other_shape(name, input, target):
    """Raise unless both have one shape: broadcasting is no comparison."""
    if np.shape(input) != np.shape(target):
        raise ValueError(
            f"{name}: input has shape {np.shape(input)}, target {np.shape(target)}; broadcasting"
            " them would compare everything with everything: reshape one to the other's shape"
        )


def constant(weight):
    """A weight as an array: no gradient flows to it."""
    if isinstance(weight, Tensor) and weight.requires_grad:
        raise ValueError(
            "loss: no gradient flows to weight; detach it, or multiply the terms of"
            " reduction='none' yourself"
        )
    return weight._data if isinstance(weight, Tensor) else weight


class Loss(Module):
    """The base of the losses: made once, with its settings, and called with output and target.

    `count(target)` is the number of terms a mean is taken over, so that the means of several
    batches can be combined to the mean of all.
    """

    reductions: tuple[str, ...] = ("mean", "sum", "none")

    def __init_subclass__(cls, **options):
        super().__init_subclass__(**options)
        if "__init__" in vars(cls):
            cls.__init__ = by_old_names(cls.__init__)

    @by_old_names
    def __init__(self, reduction: str = "mean"):
        super().__init__()
        if reduction not in self.reductions:
            names = ", ".join(map(repr, self.reductions[:-1]))
            raise ValueError(
                f"{type(self).__name__}: reduction must be {names} or {self.reductions[-1]!r}, got"
                f" {reduction!r}"
            )
        self.reduction = reduction

    def count(self, target) -> float:
        """How many terms `target` stands for."""
        return target.numel()

    def extra_repr(self):
        return f"reduction={self.reduction!r}"
