"""Order and missing values: quantiles, running extremes, sums without NaN, places in a row."""

import math
from typing import NamedTuple

import numpy as np

from ..engine.base import TensorBase, as_tensor
from ..engine.numbers import as_float32, values_of
from .extremes import Extremes, amax, amin
from .indexing import gather
from .numpy_names import by_numpy_names
from .selection import where
from .shape import checked_dims
from .sorting import sort


class Bounds(NamedTuple):
    """What `aminmax` returns: the smallest and the largest."""

    min: TensorBase
    max: TensorBase


@by_numpy_names
def aminmax(input, *, dim=None, keepdim=False) -> Bounds:
    """The smallest and the largest element, or those along `dim`."""
    return Bounds(amin(input, dim, keepdim), amax(input, dim, keepdim))


@by_numpy_names
def nansum(input, dim=None, keepdim=False):
    """The sum of what is not NaN."""
    x = as_tensor(input)
    return x.masked_fill(np.isnan(x._data), 0.0).sum(dim, keepdim)


@by_numpy_names
def nanmean(input, dim=None, keepdim=False):
    """The mean of what is not NaN."""
    x = as_tensor(input)
    exact = as_float32(x)
    count = as_tensor(~np.isnan(x._data)).sum(dim, keepdim).to(exact.dtype)
    return (nansum(exact, dim, keepdim) / count).to(x.dtype)


@by_numpy_names
def quantile(input, q, dim=None, keepdim=False, *, interpolation="linear"):
    """The numbers below which the shares `q` of the elements lie, along `dim` or of all.

    Between two elements by `interpolation`: "linear", "lower", "higher", "midpoint", "nearest".
    """
    x, shares = as_tensor(input), np.asarray(values_of(q), np.float64)
    if ((shares < 0) | (shares > 1)).any():
        raise ValueError(f"quantile: q must be between 0 and 1, got {shares}")
    rank = x.ndim
    if dim is None:
        x, axis = x.reshape(-1), 0
    else:
        (axis,) = checked_dims("quantile", x.shape, (dim,))
    ordered = sort(x, axis).values.movedim(axis, 0)
    if not len(ordered):
        raise ValueError(f"quantile: no elements in shape {x.shape}")
    place = shares.reshape(-1) * (len(ordered) - 1)
    low = np.floor(place).astype(np.intp)
    high = np.ceil(place).astype(np.intp)
    share = {
        "linear": place - low,
        "lower": 0 * place,
        "higher": np.sign(place - low),
        "midpoint": np.sign(place - low) / 2,
        "nearest": np.round(place) - low,
    }.get(interpolation)
    if share is None:
        raise ValueError(f"quantile: unknown interpolation {interpolation!r}")
    share = share.astype(x.dtype).reshape(-1, *(1,) * (ordered.ndim - 1))
    below, above = ordered[low], ordered[high]
    gap = above - below
    from_below, from_above = below + gap * share, above - gap * (1 - share)  # the nearer, for ∞
    z = where(share == 0, below, where(share < 0.5, from_below, from_above))
    missing = np.isnan(x._data).any(axis)
    z = where(np.broadcast_to(missing, z.shape), math.nan, z)
    z = z.reshape(shares.shape + z.shape[1:])
    if keepdim:
        z = z.unsqueeze(axis + shares.ndim) if dim is not None else z
        z = z.reshape(shares.shape + (1,) * rank) if dim is None else z
    return z


def kthvalue(input, k, dim=-1, keepdim=False) -> Extremes:
    """The k-th smallest along `dim`, counted from 1, and where it is."""
    x = as_tensor(input)
    (axis,) = checked_dims("kthvalue", x.shape, (dim,))
    if not 1 <= k <= x.shape[axis]:
        raise IndexError(f"kthvalue: k {k} is out of range for axis {axis} of shape {x.shape}")
    ordered = sort(x, axis)
    values, indices = (part.narrow(axis, k - 1, 1) for part in ordered)
    return (
        Extremes(values, indices)
        if keepdim
        else Extremes(*(v.squeeze(axis) for v in (values, indices)))
    )


def cummax(input, dim) -> Extremes:
    """The largest so far along `dim`, and where it is; of equal ones the last."""
    return _running(as_tensor(input), dim, np.maximum, np.greater_equal, "cummax")


def cummin(input, dim) -> Extremes:
    """The smallest so far along `dim`, and where it is; of equal ones the last."""
    return _running(as_tensor(input), dim, np.minimum, np.less_equal, "cummin")


def _running(x, dim, function, reaches, name):
    axes = checked_dims(name, x.shape, (dim,))
    if not axes:
        return Extremes(x.clone(), x.kind._wrap(np.zeros((), np.int64)))
    (axis,) = axes
    best = function.accumulate(x._data, axis)  # NaN stays, as in PyTorch
    at = np.arange(x.shape[axis]).reshape(-1, *(1,) * (x.ndim - 1 - axis))
    new = reaches(x._data, best) | np.isnan(x._data)
    index = np.maximum.accumulate(np.where(new, at, 0), axis).astype(np.int64)
    return Extremes(gather(x, axis, x.kind._wrap(index)), x.kind._wrap(index))


@by_numpy_names
def logcumsumexp(input, dim):
    """ln of the running sum of eˣ along `dim`, without overflow."""
    x = as_tensor(input)
    axes = checked_dims("logcumsumexp", x.shape, (dim,))
    if not axes:
        return x.clone()
    (axis,) = axes
    n = x.shape[axis]
    rows = x.movedim(axis, -1).unsqueeze(-2).expand(*x.movedim(axis, -1).shape[:-1], n, n)
    later = np.broadcast_to(~np.tri(n, dtype=bool), rows.shape)
    return rows.masked_fill(later, -math.inf).logsumexp(-1).movedim(-1, axis)


def searchsorted(sorted_sequence, input, *, right=False, out_int32=False):
    """Where each number would stand in a rising row: before its equals, or with `right` after."""
    row, x = values_of(sorted_sequence), values_of(input)
    side = "right" if right else "left"
    if row.ndim == 1:
        found = np.searchsorted(row, x, side)
    else:
        if row.shape[:-1] != x.shape[:-1]:
            raise ValueError(
                f"searchsorted: shapes {row.shape} and {x.shape} differ before the end"
            )
        found = np.empty(x.shape, np.int64)
        for i in np.ndindex(row.shape[:-1]):
            found[i] = np.searchsorted(row[i], x[i], side)
    return as_tensor(np.asarray(found, np.int32 if out_int32 else np.int64))


def bucketize(input, boundaries, *, right=False, out_int32=False):
    """Between which of the rising `boundaries` each number lies."""
    return searchsorted(boundaries, input, right=right, out_int32=out_int32)


def isin(elements, test_elements, *, invert=False):
    """Which elements are among the others."""
    return as_tensor(np.isin(values_of(elements), values_of(test_elements), invert=invert))


def argwhere(input):
    """Where the elements are that are not 0: a row for each."""
    return as_tensor(np.argwhere(values_of(input)).astype(np.int64))


class Statistics:
    """The same as methods of Tensor."""

    __slots__ = ()

    aminmax, nansum, nanmean, quantile, kthvalue = aminmax, nansum, nanmean, quantile, kthvalue
    cummax, cummin, logcumsumexp, argwhere = cummax, cummin, logcumsumexp, argwhere
