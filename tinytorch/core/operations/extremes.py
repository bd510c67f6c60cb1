"""The largest and the smallest: of all elements, along an axis, and where they are."""

import math
from typing import NamedTuple

import numpy as np

from ..engine.base import TensorBase, as_tensor
from ..engine.function import Function
from ..engine.numbers import chosen, is_array, values_of
from .indexing import GatherBackward
from .numpy_names import by_numpy_names
from .reduction import reduced_axes
from .selection import maximum, minimum, where, zero_of
from .shape import checked_dims


class MaxBackward(Function):
    """z = the largest element over the axes `dim`.

    ∂L/∂x = g at the largest; elements that tie share it evenly.
    Keeps the input and the result.
    Cost: N comparisons for N inputs; 4N back.
    PyTorch: AmaxBackward0, MaxBackward1.
    """

    saves = ("x", "z")

    def forward(self, x, *, dim=None, keepdim=False):
        axes, self.kept = reduced_axes("max", x, dim)
        _refuse_empty("max", x, axes)
        self.axes = axes
        return x.max(axis=axes, keepdims=keepdim)

    def apply(self, g):
        return (shared_evenly(self, g),)


class MinBackward(Function):
    """z = the smallest element over the axes `dim`.

    ∂L/∂x = g at the smallest; elements that tie share it evenly.
    Keeps the input and the result.
    Cost: N comparisons for N inputs; 4N back.
    PyTorch: AminBackward0, MinBackward1.
    """

    saves = ("x", "z")

    def forward(self, x, *, dim=None, keepdim=False):
        axes, self.kept = reduced_axes("min", x, dim)
        _refuse_empty("min", x, axes)
        self.axes = axes
        return x.min(axis=axes, keepdims=keepdim)

    def apply(self, g):
        return (shared_evenly(self, g),)


class Extremes(NamedTuple):
    """What `max(dim)` and `min(dim)` return: the values, and where along the axis they were."""

    values: object
    indices: object


def _extremes(name, x, dim, keepdim):
    """The values and indices of the largest (`name` "max") or smallest along one axis.

    An index names one element, the first, and it gets the whole gradient.
    """
    axes = checked_dims(name, x.shape, (dim,))
    _refuse_empty(name, x._data, axes)
    if not axes:
        return Extremes(x.clone(), x.kind._wrap(np.int64(0)))
    find = np.argmax if name == "max" else np.argmin
    index = find(x._data, axis=axes[0], keepdims=True).astype(np.int64)
    values = GatherBackward.run(x, dim=axes[0], index=index)
    if not keepdim:
        values, index = values.squeeze(axes[0]), index.squeeze(axes[0])
    return Extremes(values, x.kind._wrap(index))


def _position(name, x, dim, keepdim):
    """argmax and argmin: integers, which have no gradient."""
    axes = checked_dims(name, x.shape, None if dim is None else (dim,))
    _refuse_empty(name, x._data, axes)
    find = getattr(np, name)
    index = find(x._data, axis=axes[0] if dim is not None and axes else None, keepdims=keepdim)
    return x.kind._wrap(np.int64(index) if index.ndim == 0 else index.astype(np.int64))


def _refuse_empty(name, x, axes):
    if math.prod([x.shape[i] for i in axes]) == 0:
        raise ValueError(f"{name}: no elements to choose from in shape {x.shape}")


def shared_evenly(node, g):
    x, z = node.saved_tensors
    best = values_of(z).reshape(node.kept)
    at_best = (values_of(x) == best) | (np.isnan(values_of(x)) & np.isnan(best))
    share = (at_best / at_best.sum(axis=node.axes, keepdims=True)).astype(g.dtype)
    g = g.reshape(node.kept)
    return chosen(g, share) if is_array(g) else where(share != 0, g * share, zero_of(x))


@by_numpy_names
def max(input, dim=None, keepdim=False):
    """The largest element; along an axis `dim`, the largest ones and their indices.

    With another tensor in place of `dim`, `maximum` of the two.
    """
    x = as_tensor(input)
    if dim is None:
        return MaxBackward.run(x)
    if isinstance(dim, TensorBase):
        return maximum(x, dim)
    return _extremes("max", x, dim, keepdim)


@by_numpy_names
def min(input, dim=None, keepdim=False):
    """The smallest element; along an axis `dim`, the smallest ones and their indices.

    With another tensor in place of `dim`, `minimum` of the two.
    """
    x = as_tensor(input)
    if dim is None:
        return MinBackward.run(x)
    if isinstance(dim, TensorBase):
        return minimum(x, dim)
    return _extremes("min", x, dim, keepdim)


@by_numpy_names
def amax(input, dim=None, keepdim=False):
    """The largest element over `dim`; ties share the gradient."""
    return MaxBackward.run(input, dim=dim, keepdim=keepdim)


@by_numpy_names
def amin(input, dim=None, keepdim=False):
    """The smallest element over `dim`; ties share the gradient."""
    return MinBackward.run(input, dim=dim, keepdim=keepdim)


@by_numpy_names
def argmax(input, dim=None, keepdim=False):
    """The index of the first largest element, an integer without gradient."""
    return _position("argmax", as_tensor(input), dim, keepdim)


@by_numpy_names
def argmin(input, dim=None, keepdim=False):
    """The index of the first smallest element, an integer without gradient."""
    return _position("argmin", as_tensor(input), dim, keepdim)


class Extrema:
    """Maxima and minima as methods of Tensor."""

    __slots__ = ()

    max, min, amax, amin, argmax, argmin = max, min, amax, amin, argmax, argmin
