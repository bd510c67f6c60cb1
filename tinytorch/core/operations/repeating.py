"""The same values more than once, or in another order: the gradients of copies add up."""

import math

import numpy as np

from ..engine.base import as_tensor
from ..engine.numbers import values_of
from .shape import apart, checked_dims


def repeat(x, *sizes):
    """Copies side by side: `sizes` says how many along each axis, new axes in front."""
    sizes = tuple(sizes[0]) if len(sizes) == 1 and isinstance(sizes[0], (tuple, list)) else sizes
    front = len(sizes) - x.ndim
    if front < 0:
        raise ValueError(f"repeat: {len(sizes)} numbers for the {x.ndim} axes of shape {x.shape}")
    shape = (1,) * front + x.shape
    pairs = [n for pair in zip(sizes, shape, strict=True) for n in pair]
    ones = [n for pair in zip([1] * len(sizes), shape, strict=True) for n in pair]
    joined = tuple(n * m for n, m in zip(sizes, shape, strict=True))
    return apart(x.reshape(tuple(ones)).expand(tuple(pairs)).reshape(joined), x)


def tile(input, dims):
    """As `Tensor.repeat`, where missing numbers are 1."""
    x = as_tensor(input)
    return x.repeat((1,) * (x.ndim - len(dims)) + tuple(dims))


def repeat_interleave(input, repeats, dim=None):
    """Each element `repeats` times in a row, along `dim` or of all elements in one row.

    Parameters
    ----------
    input : Tensor
    repeats : int or Tensor of int
        One for all, or one for each.
    dim : int, optional
    """
    x = as_tensor(input)
    if dim is None:
        x, dim = x.reshape(-1), 0
    (axis,) = checked_dims("repeat_interleave", x.shape, dim)
    places = np.repeat(np.arange(x.shape[axis]), values_of(repeats))
    return x[(slice(None),) * axis + (places,)]


def flip(input, *dims):
    """The values in reverse order along the axes `dims`."""
    x = as_tensor(input)
    dims = dims[0] if len(dims) == 1 else dims
    axes = checked_dims("flip", x.shape, dims)
    return x[tuple(slice(None, None, -1 if i in axes else 1) for i in range(x.ndim))].clone()


def roll(input, shifts, dims=None):
    """Moved along `dims`; what leaves at one end comes in at the other."""
    x = as_tensor(input)
    if dims is None:
        return roll(x.reshape(-1), shifts, 0).reshape(x.shape)
    dims = dims if isinstance(dims, (tuple, list)) else (dims,)
    shifts = shifts if isinstance(shifts, (tuple, list)) else (shifts,)
    for shift, dim in zip(shifts, dims, strict=True):
        (axis,) = checked_dims("roll", x.shape, dim)
        places = np.roll(np.arange(x.shape[axis]), shift)
        x = x[(slice(None),) * axis + (places,)]
    return x


class Repeating:
    """Copies and other orders as methods of Tensor."""

    __slots__ = ()

    repeat, flip, roll, repeat_interleave = repeat, flip, roll, repeat_interleave

    def tile(self, *dims):
        """As `repeat`, where missing numbers are 1."""
        return tile(self, dims[0] if len(dims) == 1 and not isinstance(dims[0], int) else dims)

    def expand_as(self, other):
        """Broadcast to the shape of `other`."""
        return self.expand(other.shape)

    def view_as(self, other):
        """The same values in the shape of `other`."""
        return self.reshape(other.shape)

    reshape_as = view_as

    def contiguous(self, memory_format=None):
        """The tensor itself if its values lie in memory in their order, else a copy that does."""
        return self if self.is_contiguous() else self.clone()

    def is_contiguous(self):
        """Whether the values lie in memory in their order."""
        return bool(np.asarray(self._data).flags.c_contiguous)

    def nelement(self):
        """The number of elements."""
        return math.prod(self.shape)

    def unbind(self, dim=0):
        """The slices along `dim`, as a tuple."""
        return unbind(self, dim)

    def narrow(self, dim, start, length):
        """`length` slices along `dim`, from `start` on."""
        (axis,) = checked_dims("narrow", self.shape, dim)
        first = start + self.shape[axis] if start < 0 else start
        if first < 0 or length < 0 or first + length > self.shape[axis]:
            raise IndexError(
                f"narrow: {length} from {start} on, of {self.shape[axis]} along dim {dim}"
            )
        return self[(slice(None),) * axis + (slice(first, first + length),)]

    def index_select(self, dim, index):
        """The slices along `dim` at the places `index`."""
        return index_select(self, dim, index)

    def masked_select(self, mask):
        """The elements where `mask` is true, in a row."""
        mask = as_tensor(mask)
        shape = np.broadcast_shapes(self.shape, mask.shape)
        return self.expand(shape)[mask.expand(shape)]

    def nonzero(self, as_tuple=False):
        """Where the elements are not 0: a row of numbers for each, or a tensor for each axis."""
        return nonzero(self, as_tuple=as_tuple)


def unbind(input, dim=0):
    """The slices along `dim`, as a tuple."""
    x = as_tensor(input)
    (axis,) = checked_dims("unbind", x.shape, dim)
    return tuple(x[(slice(None),) * axis + (i,)] for i in range(x.shape[axis]))


def index_select(input, dim, index):
    """The slices along `dim` at the places `index`, integers along one axis."""
    x, places = as_tensor(input), np.array(values_of(index))
    if places.ndim > 1 or places.dtype.kind not in "iu":
        raise TypeError(
            f"index_select: expected integers along one axis, got {places.dtype} of shape"
            f" {places.shape}"
        )
    (axis,) = checked_dims("index_select", x.shape, dim)
    if (places < 0).any():
        raise IndexError(
            f"index_select: index {places.min()} is out of range for axis {axis} of shape"
            f" {x.shape}; places count from 0"
        )
    return x[(slice(None),) * axis + (places.reshape(-1),)]


def masked_select(input, mask):
    """The elements where `mask` is true, in a row."""
    return as_tensor(input).masked_select(mask)


def nonzero(input, as_tuple=False):
    """Where the elements are not 0: one row of numbers for each, or one tensor for each axis."""
    x = as_tensor(input)
    places = np.nonzero(np.atleast_1d(x._data)) if x.ndim else (np.zeros(int(bool(x._data)), int),)
    if as_tuple:
        return tuple(map(x.kind._wrap, places))
    if not x.ndim:
        return x.kind._wrap(np.zeros((len(places[0]), 0), np.int64))
    return x.kind._wrap(np.stack(places, axis=1))
