"""Indexing: what was picked sends its gradient back to where it was."""

import numpy as np

from ..engine.base import TensorBase
from ..engine.function import Function
from ..engine.numbers import as_float32, is_array, values_of
from .shape import checked_dims


class SliceBackward(Function):
    """z = x[index].

    ∂L/∂x = zeros of the shape of x, with g added at `index`: an element that
    was picked twice gets both gradients. `index` may hold ints, slices, None,
    Ellipsis, integer arrays and masks. Keeps the index.
    Cost: nothing or n moves; N zeros and n moves or sums back.
    PyTorch: SelectBackward0, SliceBackward0, IndexBackward0.
    """

    def forward(self, x, *, index):
        self.index = _own(index)
        try:
            z = x[index]
            if type(z) is np.ndarray or type(x) is not np.ndarray:
                return z
            return x[(*index, ...)] if isinstance(index, tuple) else x[index, ...]  # a view of x
        except IndexError as error:
            where = f"slice: on a tensor of shape {x.shape}"
            raise IndexError(f"{where}: {error}") from None

    def apply(self, g):
        return (scatter(g, self.index, self.next_functions[0].shape),)


class ScatterBackward(Function):
    """z = zeros of `shape`, with x added at `index`: the gradient of indexing.

    ∂L/∂x = g[index]. Keeps the index.
    Cost: N zeros and n moves or sums; n moves back. PyTorch: IndexPutBackward0.
    """

    def forward(self, x, *, index, shape):
        self.index = index
        return scatter_array(x, index, shape)

    def apply(self, g):
        return (g[self.index],)


class GatherBackward(Function):
    """z = x picked along the axis `dim` by `index`, integers with as many axes.

    ∂L/∂x = zeros, with g added where each value came from. Keeps the index.
    Cost: n moves; N zeros and n sums back. PyTorch: GatherBackward0.
    """

    def forward(self, x, *, dim, index):
        (axis,) = checked_dims("gather", x.shape, (dim,))
        if index.dtype.kind not in "iu" or index.ndim != x.ndim:
            raise TypeError(
                f"gather: index must be integers with the {x.ndim} axes of"
                f" shape {x.shape}, got {index.dtype} of shape {index.shape}"
            )
        n = x.shape[axis]
        outside = (index < 0) | (index >= n)
        if outside.any():
            raise IndexError(
                f"gather: index {index[outside][0]} is out of range for axis {axis} of shape"
                f" {x.shape}; use 0 to {n - 1}"
            )
        grid = list(np.ogrid[tuple(slice(n) for n in index.shape)])
        grid[axis] = index.astype(np.intp)
        self.index = tuple(grid)
        try:
            return x[self.index]
        except IndexError as error:
            where = f"gather: on a tensor of shape {x.shape}"
            raise IndexError(f"{where}: {error}") from None

    def apply(self, g):
        return (scatter(g, self.index, self.next_functions[0].shape),)


def scatter(g, index, shape):
    """Zeros of `shape` with `g` added at `index`, for arrays and Tensors alike."""
    if is_array(g):
        return scatter_array(g, index, shape)
    return ScatterBackward.run(g, index=index, shape=shape)


def scatter_array(x, index, shape):
    if _repeats(index):
        z = np.zeros(shape, as_float32(x).dtype)  # 2048 + 1 is 2048 in float16
        np.add.at(z, index, x)
        return z.astype(x.dtype, copy=False)
    z = np.zeros(shape, x.dtype)
    z[index] = x
    return z


def _own(index):
    """The index, with copies of its arrays and lists: the caller may go on to change them."""
    if isinstance(index, tuple):
        return tuple(_own(i) for i in index)
    if isinstance(index, (list, range)):
        index = np.array(index) if len(index) else np.zeros(0, np.intp)  # [] alone: floats
    if isinstance(index, np.ndarray) and index.dtype.kind in "iu":
        return index.astype(np.intp)  # what NumPy counts places with, on every platform
    return index.copy() if isinstance(index, np.ndarray) else index


def _repeats(index):
    """Whether an index can pick an element twice: only integer arrays can."""
    parts = index if isinstance(index, tuple) else (index,)
    return any(isinstance(i, np.ndarray) and i.dtype.kind in "iu" and i.ndim for i in parts)


def gather(input, dim, index):
    """Elements picked along `dim` by the integers `index`, of as many axes as `input`."""
    return GatherBackward.run(input, dim=dim, index=values_of(index))


class Indexing:
    """`x[index]` and `gather`."""

    __slots__ = ()

    def __getitem__(self, index):
        for step in index_steps(index):
            self = SliceBackward.run(self, index=step)
        return self

    gather = gather


def _part(i):
    """One part of an index: a sequence or a Tensor as an array, the rest as it is.

    An array of uint8 is a mask, as in PyTorch.
    """
    if isinstance(i, TensorBase):
        i = i._data
    elif isinstance(i, (list, tuple, range)):
        i = np.array(i) if len(i) else np.zeros(0, np.int64)  # [] alone would be floats
    if isinstance(i, np.ndarray) and i.dtype == np.uint8 and i.ndim:
        return i.astype(np.bool_)
    return i


def index_steps(index):
    """An index with its Tensors as arrays, in one step; numbers beside arrays are a step before.

    NumPy takes a number beside an array for another array: x[0, :, [1, 2]] would lead with the
    axis of the list. In PyTorch, and here, x[0, :, [1, 2]] is x[0][:, [1, 2]].
    """
    if not isinstance(index, tuple):
        return (_part(index),)
    index = tuple(map(_part, index))
    if not any(isinstance(i, np.ndarray) and i.ndim for i in index):
        return (index,)
    first, rest = [], []
    for i in index:
        if np.ndim(i) == 0 and np.asarray(i).dtype.kind in "iu":
            first.append(i)
            continue
        rest.append(i)
        if i is Ellipsis:
            first.append(i)
        elif i is not None:
            is_mask = not isinstance(i, slice) and np.asarray(i).dtype.kind == "b"
            first += [slice(None)] * (np.ndim(i) if is_mask else 1)
    return (tuple(first), tuple(rest)) if len(rest) < len(index) else (index,)
