"""What else is said of many numbers: the middle one, running products, counts."""

from typing import NamedTuple

import numpy as np

from ..engine.base import TensorBase, as_tensor
from .concatenation import stack
from .curves import with_slope
from .indexing import GatherBackward
from .numpy_names import by_numpy_names
from .reduction import mean, std, var
from .selection import where, with_values
from .shape import checked_dims


class Median(NamedTuple):
    """What `median(dim)` returns: the values, and where along the axis they were."""

    values: TensorBase
    indices: TensorBase


@by_numpy_names
def median(input, dim=None, keepdim=False):
    """The middle element, the lower of two; NaN where there is one. Equal ones share its gradient.

    Along an axis `dim`, the middle ones and their indices, which say what gets the gradient.
    """
    x = as_tensor(input)
    if dim is None:
        if not x.numel():
            return x.sum() * np.nan
        middle = median(x.detach().reshape(-1), 0).values._data
        same = np.isnan(x._data) if np.isnan(middle) else x._data == middle
        return with_values((where(same, x, 0.0) * (1 / int(same.sum()))).sum(), middle)
    (axis,) = checked_dims("median", x.shape, (dim,)) or (None,)
    if axis is None:
        return Median(x.clone(), x.kind._wrap(np.int64(0)))
    n = x.shape[axis]
    if not n:
        raise ValueError(f"median: no elements to choose from in shape {x.shape}")
    values = x.detach()._data
    middle = np.argsort(values, axis, kind="stable").take([(n - 1) // 2], axis)
    missing = np.isnan(values)
    first = missing.argmax(axis, keepdims=True)
    middle = np.where(missing.any(axis, keepdims=True), first, middle)
    found = GatherBackward.run(x, dim=axis, index=middle)
    if not keepdim:
        found, middle = found.squeeze(axis), middle.squeeze(axis)
    return Median(found, x.kind._wrap(middle.astype(np.int64)))


@by_numpy_names
def cumprod(input, dim):
    """The running product along the axis `dim`, multiplied in float64; of integers in int64."""
    x = as_tensor(input)
    x = x if x.dtype.kind == "f" else x.to(np.int64)
    (axis,) = checked_dims("cumprod", x.shape, (dim,)) or (None,)
    if axis is None or not x.shape[axis]:
        return x.clone()
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        wide = np.float64 if x.dtype.kind == "f" else np.int64
        values = x._data.cumprod(axis, dtype=wide).astype(x.dtype)
    if not x.requires_grad:
        return x.kind._wrap(values)
    parts = list(x.unbind(axis))
    for i in range(1, len(parts)):
        parts[i] = parts[i - 1] * parts[i]
    z = with_values(stack(parts, axis), values)
    if not z.requires_grad or not x._data.all():
        return z
    return with_slope(values, abs(x).log().cumsum(axis), z)  # ln z has the slopes 1 / x


@by_numpy_names
def count_nonzero(input, dim=None):
    """How many elements are not 0, of all or along `dim`."""
    return (as_tensor(input) != 0).sum(dim)


def nan_to_num(input, nan=0.0, posinf=None, neginf=None):
    """`input` with numbers for NaN and the infinities, the largest there are unless given."""
    x = as_tensor(input)
    if x.dtype.kind != "f":
        return x.clone()
    values, limits = x.detach()._data, np.finfo(x.dtype)
    for places, number in (
        (np.isnan(values), nan or 0.0),
        (values == np.inf, limits.max if posinf is None else posinf),
        (values == -np.inf, limits.min if neginf is None else neginf),
    ):
        x = where(places, x.dtype.type(number), x)
    return x


@by_numpy_names
def std_mean(input, dim=None, correction=1, keepdim=False, unbiased=None):
    """The standard deviation and the mean."""
    how = {"dim": dim, "keepdim": keepdim}
    return std(input, correction=correction, unbiased=unbiased, **how), mean(input, **how)


@by_numpy_names
def var_mean(input, dim=None, correction=1, keepdim=False, unbiased=None):
    """The variance and the mean."""
    how = {"dim": dim, "keepdim": keepdim}
    return var(input, correction=correction, unbiased=unbiased, **how), mean(input, **how)


class Summaries:
    """The same as methods of Tensor."""

    __slots__ = ()

    median, cumprod, count_nonzero, nan_to_num = median, cumprod, count_nonzero, nan_to_num
