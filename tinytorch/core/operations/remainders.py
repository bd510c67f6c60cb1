"""Division with a remainder: a = b · ⌊a/b⌋ + r, and what else is a product of other operations."""

import math

import numpy as np

from ..engine.base import TensorBase, as_tensor
from ..engine.numbers import as_float, as_result, promoted, wrapped
from .activations import with_flat_gradient
from .elementary import floor, log, trunc
from .selection import with_values


def floor_divide(input, other):
    """⌊a/b⌋; its gradient is 0 wherever it has one."""
    return _recorded(input, other, np.floor_divide, lambda a, b: floor(a / b))


def quotient(input, other, rounding_mode):
    """a/b as a whole number: ⌊a/b⌋ for "floor", and what is nearer to 0 for "trunc"."""
    if rounding_mode == "floor":
        return floor_divide(input, other)
    if rounding_mode != "trunc":
        raise ValueError(f"div: rounding_mode must be 'floor' or 'trunc', got {rounding_mode!r}")

    def truncated(a, b):
        if np.result_type(a, b).kind == "f":
            return np.trunc(np.true_divide(a, b))
        whole = np.floor_divide(a, b)
        return whole + ((whole < 0) & (whole * b != a))

    return _recorded(input, other, truncated, lambda a, b: trunc(a / b))


def remainder(input, other):
    """a - b · ⌊a/b⌋, which has the sign of b.   ∂/∂a = 1,  ∂/∂b = -⌊a/b⌋."""

    def difference(a, b):
        whole = np.floor_divide(*_plain(a, b))
        return a - (with_flat_gradient(b) if isinstance(b, TensorBase) else b) * whole

    return _recorded(input, other, np.mod, difference)


def fmod(input, other):
    """a - b · trunc(a/b), which has the sign of a.   ∂/∂a = 1,  ∂/∂b = -trunc(a/b)."""

    def difference(a, b):
        whole = np.trunc(np.true_divide(*_plain(a, b)))
        return a - (with_flat_gradient(b) if isinstance(b, TensorBase) else b) * whole

    return _recorded(input, other, np.fmod, difference)


def frac(input):
    """x - trunc(x), which has the sign of x.   ∂/∂x = 1."""
    x = as_tensor(input)
    return x - trunc(x)


def square(input):
    """x · x."""
    x = as_tensor(input)
    return x * x if x.dtype.kind != "b" else x**2


def expm1(input):
    """eˣ - 1, accurate near 0 too."""
    x = as_tensor(input)
    return with_values(x.exp() - 1, np.expm1(as_float(x._data)))


def log1p(input):
    """ln(1 + x), accurate near 0 too."""
    x = as_tensor(input)
    with np.errstate(divide="ignore", invalid="ignore"):
        return with_values((x + 1).log(), np.log1p(as_float(x._data)))


def log10(input):
    """The logarithm to base 10."""
    return log(input) * (1 / math.log(10))


def log2(input):
    """The logarithm to base 2."""
    return log(input) * (1 / math.log(2))


class Remainders:
    """`a % b` and `a // b`, and methods."""

    __slots__ = ()

    __mod__ = remainder
    __floordiv__ = floor_divide
    remainder, floor_divide, square, log10, log2 = remainder, floor_divide, square, log10, log2
    expm1, log1p = expm1, log1p

    def __rmod__(self, other):
        return remainder(other, self)

    def __rfloordiv__(self, other):
        return floor_divide(other, self)


def _recorded(a, b, ufunc, formula):
    """NumPy's function; where a gradient is wanted, with the node of the formula."""
    tensors = [x for x in (a, b) if isinstance(x, TensorBase)]
    operands = _plain(a, b)
    operands = promoted(wrapped(operands) or operands)
    if np.result_type(*operands).kind in "iu" and not np.all(operands[1]):
        raise ZeroDivisionError(f"{ufunc.__name__}: integers divided by 0")
    with np.errstate(divide="ignore", invalid="ignore"):
        values = as_result(ufunc(*operands), operands)
        if any(x.requires_grad for x in tensors):
            return with_values(formula(a, b), values)
    return tensors[0].kind._wrap(values)


def _plain(*operands):
    return [x._data if isinstance(x, TensorBase) else x for x in operands]
