"""Questions that are answered by a boolean, or by one for each element."""

import numpy as np

from ..engine.base import as_tensor
from ..engine.numbers import values_of
from .numpy_names import by_numpy_names


def equal(input, other) -> bool:
    """Whether both have the same shape and the same elements."""
    return bool(np.array_equal(values_of(input), values_of(other)))


def isclose(input, other, rtol=1e-05, atol=1e-08, equal_nan=False):
    """Where \\|a - b\\| ≤ atol + rtol · \\|b\\|."""
    a, b = values_of(input), values_of(other)
    return as_tensor(input).kind._wrap(np.isclose(a, b, rtol, atol, equal_nan))


def allclose(input, other, rtol=1e-05, atol=1e-08, equal_nan=False) -> bool:
    """Whether \\|a - b\\| ≤ atol + rtol · \\|b\\| everywhere."""
    return bool(np.allclose(values_of(input), values_of(other), rtol, atol, equal_nan))


@by_numpy_names
def all(input, dim=None, keepdim=False):
    """Whether all elements are true, or not 0; along `dim`, or of all."""
    return _asked(np.all, as_tensor(input), dim, keepdim)


@by_numpy_names
def any(input, dim=None, keepdim=False):
    """Whether an element is true, or not 0; along `dim`, or of all."""
    return _asked(np.any, as_tensor(input), dim, keepdim)


def _asked(function, x, dim, keepdim):
    axes = tuple(dim) if isinstance(dim, list) else dim
    found = function(x._data, axis=axes, keepdims=keepdim)
    return x.kind._wrap(found.astype(np.uint8) if x.dtype == np.uint8 else found)  # as PyTorch


def _elementwise(name, ufunc, says):
    def asks(input, *other):
        return as_tensor(input).kind._wrap(ufunc(values_of(input), *map(values_of, other)))

    asks.__name__ = asks.__qualname__ = name
    asks.__doc__ = says
    return asks


isnan = _elementwise("isnan", np.isnan, "Where an element is no number.")
isinf = _elementwise("isinf", np.isinf, "Where an element is infinite.")
isfinite = _elementwise("isfinite", np.isfinite, "Where an element is a finite number.")
logical_and = _elementwise("logical_and", np.logical_and, "Where both are true, or not 0.")
logical_or = _elementwise("logical_or", np.logical_or, "Where one or both are true, or not 0.")
logical_xor = _elementwise("logical_xor", np.logical_xor, "Where one of both is true, or not 0.")
logical_not = _elementwise("logical_not", np.logical_not, "Where an element is false, or 0.")


class Predicates:
    """Questions as methods of Tensor."""

    __slots__ = ()

    equal, isclose, allclose, all, any = equal, isclose, allclose, all, any
    isnan, isinf, isfinite = isnan, isinf, isfinite
    logical_and, logical_or, logical_xor = logical_and, logical_or, logical_xor
    logical_not = logical_not
