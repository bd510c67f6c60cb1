"""Comparisons and masks: booleans, and no gradient."""

import numpy as np

from ..engine.base import TensorBase, as_tensor
from ..engine.numbers import builtin_kind


class Comparison:
    """`a < b` and `a == b`, and the methods of the same names."""

    __slots__ = ()

    def __eq__(self, other):
        return False if _no_number(other) else _compared(np.equal, self, other)

    def __ne__(self, other):
        return True if _no_number(other) else _compared(np.not_equal, self, other)

    def __lt__(self, other):
        return _compared(np.less, self, other)

    def __le__(self, other):
        return _compared(np.less_equal, self, other)

    def __gt__(self, other):
        return _compared(np.greater, self, other)

    def __ge__(self, other):
        return _compared(np.greater_equal, self, other)

    __hash__ = object.__hash__  # by identity: a tensor is a key, whatever it equals

    eq, ne, lt, le, gt, ge = __eq__, __ne__, __lt__, __le__, __gt__, __ge__
    not_equal, less, less_equal, greater, greater_equal = ne, lt, le, gt, ge


def eq(input, other):
    """Where the elements are equal."""
    return as_tensor(input) == other


def ne(input, other):
    """Where the elements differ."""
    return as_tensor(input) != other


def lt(input, other):
    """Where `input` is smaller than `other`."""
    return as_tensor(input) < other


def le(input, other):
    """Where `input` is smaller than `other`, or equal."""
    return as_tensor(input) <= other


def gt(input, other):
    """Where `input` is larger than `other`."""
    return as_tensor(input) > other


def ge(input, other):
    """Where `input` is larger than `other`, or equal."""
    return as_tensor(input) >= other


def _no_number(x):
    return x is None or isinstance(x, (str, bytes))


def _compared(ufunc, a, b):
    kind = a.kind
    a, b = a._data, b._data if isinstance(b, TensorBase) else b
    try:
        return kind._wrap(ufunc(a, b))
    except (ValueError, TypeError) as error:
        raise builtin_kind(error)(
            f"{ufunc.__name__}: {np.shape(a)} and {np.shape(b)}: {error}"
        ) from None
