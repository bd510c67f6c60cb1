"""Order: sorted values and where they stood. A value's gradient goes back to its place."""

from typing import NamedTuple

import numpy as np

from ..engine.base import TensorBase, as_tensor
from ..engine.numbers import get_default_dtype, values_of
from .shape import checked_dims


class Sorted(NamedTuple):
    """The values in order, and where each stood."""

    values: TensorBase
    indices: TensorBase


def sort(input, dim=-1, descending=False, stable=True) -> Sorted:
    """The values along `dim` in order, NaN as the largest; equal ones keep their order.

    Returns
    -------
    values, indices : Tensors

    Examples
    --------
    >>> import tinytorch as tt
    >>> tt.sort(tt.tensor([3.0, 1.0, 2.0]), descending=True).values
    tensor([3., 2., 1.])
    """
    x = as_tensor(input)
    return _picked(x, dim, _order("sort", x, dim, descending))


def argsort(input, dim=-1, descending=False, stable=True):
    """The indices that sort the values along `dim`."""
    x = as_tensor(input)
    return x.kind._wrap(_order("argsort", x, dim, descending))


def topk(input, k, dim=-1, largest=True, sorted=True) -> Sorted:
    """The `k` largest values along `dim` (or smallest), the most extreme first.

    Raises
    ------
    ValueError
        If the axis has fewer than `k`.
    """
    x = as_tensor(input)
    axes = checked_dims("topk", x.shape, dim)
    length = x.shape[axes[0]] if axes else 1
    if not 0 <= k <= length:
        raise ValueError(f"topk: k = {k} of {length} values along dim {dim}, in shape {x.shape}")
    order = _order("topk", x, dim, largest)
    return _picked(x, dim, order[(slice(None),) * axes[0] + (slice(k),)] if axes else order)


def unique(input, sorted=True, return_inverse=False, return_counts=False, dim=None):
    """The different values (or slices along `dim`), in order; on request where each value is
    among them, and how often each occurs.
    """
    x = as_tensor(input)
    found = np.unique(x._data, return_inverse=True, return_counts=True, axis=dim, equal_nan=False)
    values, inverse, counts = map(x.kind._wrap, found)
    inverse = inverse.reshape(x.shape) if dim is None else inverse.reshape(-1)
    extra = [inverse] * return_inverse + [counts] * return_counts
    return (values, *extra) if extra else values


def bincount(input, weights=None, minlength=0):
    """How often each of 0, 1, 2, … occurs in `input`, or the sum of its `weights`."""
    x = as_tensor(input)
    if x.ndim != 1 or x.dtype.kind not in "iub" or (x.numel() and x._data.min() < 0):
        raise ValueError(
            f"bincount: expected integers from 0 on along one axis, got {x.dtype} of shape"
            f" {x.shape}"
        )
    weights = None if weights is None else values_of(weights)
    counted = np.bincount(x._data.astype(np.int64), weights, minlength)
    if weights is not None and weights.dtype == np.float32:
        counted = counted.astype(np.float32)
    return x.kind._wrap(counted)


class Histogram(NamedTuple):
    """What `histogram` returns: how many values each bin holds, and where the bins end."""

    hist: object
    bin_edges: object


def histogram(input, bins=100, *, range=None, weight=None, density=False) -> Histogram:
    """How many values lie in each of `bins` equal intervals, and their edges.

    Parameters
    ----------
    input : Tensor
    bins : int or Tensor
        How many, or where they end.
    range : (float, float), optional
        From where to where; default: the smallest and the largest value.
    weight : Tensor, optional
        How much each value counts.
    density : bool
        Shares of the whole, divided by the length of the interval.
    """
    x = as_tensor(input)
    values = x.detach()._data.reshape(-1)
    edges = bins if isinstance(bins, int) else values_of(bins)
    weight = None if weight is None else values_of(weight).reshape(-1)
    hist, edges = np.histogram(values, edges, range, density, weight)
    dtype = x.dtype if x.dtype.kind == "f" else get_default_dtype()
    return Histogram(x.kind._wrap(hist.astype(dtype)), x.kind._wrap(edges.astype(dtype)))


def histc(input, bins=100, min=0, max=0):
    """How many values lie in each of `bins` equal intervals from `min` to `max`.

    Where both are 0, from the smallest value to the largest.
    """
    return histogram(input, bins, range=None if min == max == 0 else (min, max)).hist


class Sorting:
    """Order as methods of Tensor."""

    __slots__ = ()

    sort, argsort, topk, unique, bincount = sort, argsort, topk, unique, bincount
    histc, histogram = histc, histogram


def _order(name, x, dim, descending):
    axes = checked_dims(name, x.shape, dim)
    if not axes:
        return np.zeros((), np.int64)
    (axis,) = axes
    if not descending:
        return np.argsort(x._data, axis, kind="stable")
    backwards = np.flip(x._data, axis)  # so that equal values keep their order
    return x.shape[axis] - 1 - np.flip(np.argsort(backwards, axis, kind="stable"), axis)


def _picked(x, dim, order):
    indices = x.kind._wrap(np.array(order, order="C"))
    return Sorted(x.gather(dim, indices) if x.ndim else x.clone(), indices)
