"""Runs of equal elements, middles and most frequent ones, and sums of areas."""

import numpy as np

from ..engine.base import as_tensor
from ..engine.numbers import values_of
from .extremes import Extremes
from .indexing import GatherBackward
from .linear_algebra import norm
from .numpy_names import by_numpy_names
from .selection import where
from .shape import checked_dims
from .sorting import sort
from .summaries import Median, median


def msort(input):
    """The values in rising order along axis 0."""
    return sort(input, 0).values


def mode(input, dim=-1, keepdim=False) -> Extremes:
    """The most frequent values along `dim`, the smallest of several, and where one of them is."""
    x = as_tensor(input)
    (axis,) = checked_dims("mode", x.shape, (dim,)) or (None,)
    if axis is None:
        return Extremes(x.clone(), x.kind._wrap(np.int64(0)))
    rows = np.moveaxis(x._data, axis, -1)
    if not rows.shape[-1]:
        raise ValueError(f"mode: no elements to choose from in shape {x.shape}")
    index = np.empty((*rows.shape[:-1], 1), np.int64)
    for i in np.ndindex(rows.shape[:-1]):
        values, counts = np.unique(rows[i], return_counts=True)
        index[i] = np.flatnonzero(_same(rows[i], values[counts.argmax()]))[-1]
    return _picked(Extremes, x, axis, np.moveaxis(index, -1, axis), keepdim)


def _same(a, b):
    return np.isnan(a) if b != b else a == b


def _picked(kind, x, axis, index, keepdim):
    values = GatherBackward.run(x, dim=axis, index=index)
    if not keepdim:
        values, index = values.squeeze(axis), index.squeeze(axis)
    return kind(values, x.kind._wrap(index))


@by_numpy_names
def nanmedian(input, dim=None, keepdim=False):
    """As `median`, of what is not NaN."""
    x = as_tensor(input)
    if dim is None:
        kept = x.reshape(-1)[~np.isnan(x._data).reshape(-1)]
        return median(kept if kept.numel() else x)
    (axis,) = checked_dims("nanmedian", x.shape, (dim,)) or (None,)
    if axis is None or not x.shape[axis]:
        return median(x, dim, keepdim)
    missing = np.isnan(x._data)
    order = np.argsort(x._data, axis, kind="stable")  # NaN at the end
    middle = np.maximum((~missing).sum(axis, keepdims=True) - 1, 0) // 2
    return _picked(Median, x, axis, np.take_along_axis(order, middle, axis), keepdim)


def unique_consecutive(input, return_inverse=False, return_counts=False, dim=None):
    """The elements, or the slices along `dim`, of which equal neighbors are one.

    Parameters
    ----------
    input : Tensor
    return_inverse : bool
        Also where each element of `input` is among them.
    return_counts : bool
        Also how many neighbors were one.
    dim : int, optional
    """
    x = as_tensor(input)
    rows = values_of(x)
    (axis,) = (None,) if dim is None else checked_dims("unique_consecutive", x.shape, (dim,))
    rows = rows.reshape(-1) if axis is None else np.moveaxis(rows, axis, 0)
    flat = rows.reshape(len(rows), rows[:1].size)
    new = np.ones(len(rows), np.bool_)
    new[1:] = (flat[1:] != flat[:-1]).any(1)
    starts = np.flatnonzero(new)
    values = rows[starts] if axis is None else np.moveaxis(rows[starts], 0, axis)
    found = [values]
    if return_inverse:
        inverse = np.cumsum(new) - 1
        found.append(inverse.reshape(x.shape) if axis is None else inverse)
    if return_counts:
        found.append(np.diff([*starts, len(rows)]))
    found = [
        x.kind._wrap(np.asarray(f, f.dtype if i == 0 else np.int64)) for i, f in enumerate(found)
    ]
    return found[0] if len(found) == 1 else tuple(found)


def unravel_index(indices, shape):
    """The coordinates of places that are counted row by row: a tuple with one tensor an axis."""
    index = values_of(indices)
    shape = (shape,) if isinstance(shape, int) else tuple(shape)
    if index.dtype.kind not in "iu":
        raise TypeError(f"unravel_index: expected integers, got {index.dtype}")
    try:
        parts = np.unravel_index(index, shape)
    except ValueError as error:
        raise ValueError(f"unravel_index: {error}") from None
    return tuple(as_tensor(np.asarray(part, np.int64)) for part in parts)


def trapezoid(y, x=None, *, dx=1, dim=-1):
    """The area below points that are joined by lines, along `dim`: Σ (yᵢ + yᵢ₊₁) / 2 · Δxᵢ.

    Parameters
    ----------
    y : Tensor
    x : Tensor, optional
        Where the points are; without it, `dx` apart.
    dx : float
    dim : int
    """
    return _areas("trapezoid", y, x, dx, dim).sum(dim)


def cumulative_trapezoid(y, x=None, *, dx=1, dim=-1):
    """The running area below points that are joined by lines; see `trapezoid`."""
    return _areas("cumulative_trapezoid", y, x, dx, dim).cumsum(dim)


trapz = trapezoid


def _areas(name, y, x, dx, dim):
    y = as_tensor(y)
    (axis,) = checked_dims(name, y.shape, (dim,))
    if not y.ndim:
        raise ValueError(f"{name}: a 0-d tensor has no axis to go along")
    count = max(y.shape[axis] - 1, 0)
    middles = (y.narrow(axis, min(1, y.shape[axis]), count) + y.narrow(axis, 0, count)) / 2
    if x is None:
        return middles * dx
    steps = as_tensor(x)
    if steps.ndim == 1:
        steps = steps.reshape(tuple(-1 if i == axis else 1 for i in range(y.ndim)))
        at = axis
    else:
        at = axis - y.ndim
    return middles * steps.diff(dim=at)


def vander(x, N=None, increasing=False):
    """The powers of the elements of a vector, from N - 1 down to 0, or rising, as rows."""
    x = as_tensor(x)
    if x.ndim != 1:
        raise ValueError(f"vander: expected a vector, got shape {x.shape}")
    powers = np.arange(len(x) if N is None else N, dtype=x.dtype)
    return x.unsqueeze(-1) ** (powers if increasing else powers[::-1].copy())


def renorm(input, p, dim, maxnorm):
    """The slices along `dim`, made smaller where their p-norm is above `maxnorm`."""
    x = as_tensor(input)
    (axis,) = checked_dims("renorm", x.shape, (dim,))
    others = tuple(i for i in range(x.ndim) if i != axis)
    large = norm(x.detach(), p, others, keepdim=True)._data > maxnorm
    sizes = norm(where(large, x, 1.0), p, others, keepdim=True)
    return x * where(large, maxnorm / (sizes + 1e-7), 1.0)


class Ordering:
    """The same as methods of Tensor."""

    __slots__ = ()

    msort, mode, nanmedian, unique_consecutive = msort, mode, nanmedian, unique_consecutive
    renorm = renorm
