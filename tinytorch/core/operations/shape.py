"""The same values in another shape, order, dtype or memory: every gradient finds its way back."""

import math

import numpy as np

from ..engine.base import as_tensor
from ..engine.function import Function
from ..engine.numbers import is_array
from ..engine.unbroadcast import unbroadcast
from .numpy_names import by_numpy_names


def checked_dims(name, shape, dim):
    """The axes `dim` (None: all; an int; a tuple) as a tuple of numbers from 0, or an error."""
    if dim is None:
        return tuple(range(len(shape)))
    rank = len(shape)
    axes = []
    for d in dim if isinstance(dim, (tuple, list)) else (dim,):
        if not isinstance(d, (int, np.integer)) or isinstance(d, bool):
            raise TypeError(f"{name}: dim must be an integer or a tuple of them, got {d!r}")
        if not -rank <= d < rank and not (rank == 0 and d in (0, -1)):
            span = f"use {-rank} to {rank - 1}" if rank else "a 0-d tensor has no axes"
            raise IndexError(f"{name}: dim {d} is out of range for shape {shape}; {span}")
        if rank:
            axes.append(int(d) % rank)
    if len(set(axes)) != len(axes):
        raise ValueError(f"{name}: dim {dim} names an axis of shape {shape} twice")
    return tuple(axes)


class ReshapeBackward(Function):
    """z = x in another shape.   ∂L/∂x = g in the shape of x.   Keeps nothing.

    Cost: nothing where a view will do, else n moves; nothing back.
    PyTorch: ViewBackward0.
    """

    def forward(self, x, *, shape):
        try:
            return x.reshape(shape)
        except ValueError:
            count = f"{math.prod(x.shape)} elements, which do not fit {shape}"
            raise ValueError(f"reshape: {x.shape} has {count}") from None

    def apply(self, g):
        return (g.reshape(self.next_functions[0].shape),)


class TransposeBackward(Function):
    """z = x with axes `dim0` and `dim1` exchanged.

    ∂L/∂x = g with the same exchange. Keeps nothing. A view in both directions:
    no number is moved.
    Cost: nothing, a view; nothing back. PyTorch: TransposeBackward0.
    """

    def forward(self, x, *, dim0, dim1):
        self.dims = checked_dims("transpose", x.shape, dim0) + checked_dims(
            "transpose", x.shape, dim1
        )
        return np.swapaxes(x, *self.dims) if self.dims else x

    def apply(self, g):
        return (g.swapaxes(*self.dims) if self.dims else g,)


class PermuteBackward(Function):
    """z = x with its axes in the order `dims`.

    ∂L/∂x = g with the axes put back. Keeps nothing. A view in both directions:
    no number is moved.
    Cost: nothing, a view; nothing back. PyTorch: PermuteBackward0.
    """

    def forward(self, x, *, dims):
        axes = checked_dims("permute", x.shape, dims)
        if len(axes) != x.ndim:
            raise ValueError(
                f"permute: {x.shape} has {x.ndim} axes, but dims {dims} names"
                f" {len(axes)}; name each once"
            )
        self.back = tuple(axes.index(i) for i in range(x.ndim))
        return x.transpose(axes)

    def apply(self, g):
        permute = g.transpose if is_array(g) else g.permute
        return (permute(self.back),)


class ExpandBackward(Function):
    """z = x broadcast to `shape`.

    ∂L/∂x = g summed over the copies. Keeps nothing.
    Cost: nothing, a view; n sums back. PyTorch: ExpandBackward0.
    """

    def forward(self, x, *, shape):
        front = len(shape) - x.ndim
        if front < 0:
            raise ValueError(f"expand: {x.shape} has more axes than {shape}")
        for i, (n, m) in enumerate(zip(x.shape, shape[front:], strict=True)):
            if n not in (1, m):
                raise ValueError(
                    f"expand: {x.shape} to {shape}: axis {i} has length {n},"
                    f" and only length 1 can become {m}"
                )
        return np.broadcast_to(x, shape)

    def apply(self, g):
        return (unbroadcast(g, self.next_functions[0].shape),)


class CastBackward(Function):
    """z = x in another dtype.   ∂L/∂x = g in the dtype of x.   Keeps nothing.

    Cost: n conversions; n back. PyTorch: ToCopyBackward0.
    """

    sets_dtype = True

    def forward(self, x, *, dtype):
        return x.astype(dtype)

    def apply(self, g):
        dtype = self.next_functions[0].dtype
        return (g.astype(dtype) if is_array(g) else g.to(dtype),)


class CloneBackward(Function):
    """z = a copy of x.   ∂L/∂x = g.   Keeps nothing.

    Cost: n moves; nothing back. PyTorch: CloneBackward0.
    """

    def forward(self, x):
        return x.copy()

    def apply(self, g):
        return (g,)


def broadcast_to(x, shape):
    """`np.broadcast_to` for arrays and Tensors alike: what rules use to copy a gradient."""
    return np.broadcast_to(x, shape) if is_array(x) else ExpandBackward.run(x, shape=shape)


def reshape(input, shape):
    """The same values in another shape; one length may be -1."""
    return ReshapeBackward.run(input, shape=shape)


def transpose(input, dim0, dim1):
    """Axes `dim0` and `dim1` exchanged."""
    return TransposeBackward.run(input, dim0=dim0, dim1=dim1)


def permute(input, dims):
    """The axes in the order `dims`."""
    return PermuteBackward.run(input, dims=dims)


def expand(x, shape):
    """Broadcast x to `shape`, where -1 keeps the length an axis has."""
    front = len(shape) - x.ndim
    if -1 in shape[:front]:
        raise ValueError(
            f"expand: {x.shape} to {shape}: axis {shape.index(-1)} is new, and -1 keeps the length"
            " of an old one"
        )
    if -1 in shape:
        shape = tuple(x.shape[i - front] if n == -1 else n for i, n in enumerate(shape))
    return ExpandBackward.run(x, shape=shape)


def flatten(input, start_dim=0, end_dim=-1):
    """The axes from `start_dim` to `end_dim` joined into one."""
    x = as_tensor(input)
    ends = [checked_dims("flatten", x.shape, d) for d in (start_dim, end_dim)]
    if not x.ndim:
        return x.reshape(1)
    (start,), (end,) = ends
    if start > end:
        raise ValueError(
            f"flatten: start_dim {start_dim} comes after end_dim {end_dim} in shape {x.shape}"
        )
    joined = math.prod(x.shape[start : end + 1])
    return x.reshape(*x.shape[:start], joined, *x.shape[end + 1 :])


@by_numpy_names
def squeeze(input, dim=None):
    """Without the axes of length 1, or without axis `dim` if its length is 1."""
    x = as_tensor(input)
    axes = checked_dims("squeeze", x.shape, dim)
    return x.reshape(tuple(n for i, n in enumerate(x.shape) if n != 1 or i not in axes))


@by_numpy_names
def unsqueeze(input, dim):
    """With a new axis of length 1 at `dim`."""
    x = as_tensor(input)
    rank = x.ndim + 1
    if not -rank <= dim < rank:
        raise IndexError(
            f"unsqueeze: dim {dim} is out of range for shape {x.shape}; use {-rank} to {rank - 1}"
        )
    axis = dim % rank
    return x.reshape(*x.shape[:axis], 1, *x.shape[axis:])


class Shape:
    """Changes of shape, order, dtype and memory as methods of Tensor."""

    __slots__ = ()

    def reshape(self, *shape):
        """The same values in another shape; one length may be -1."""
        return ReshapeBackward.run(self, shape=_listed(shape))

    def expand(self, *shape):
        """Broadcast to `shape`; -1 keeps a length."""
        return expand(self, _listed(shape))

    def permute(self, *dims):
        """The axes in the order `dims`."""
        return PermuteBackward.run(self, dims=_listed(dims))

    view = reshape
    transpose = swapaxes = swapdims = transpose
    flatten, squeeze, unsqueeze = flatten, squeeze, unsqueeze

    @property
    def T(self):
        return self.permute(*range(self.ndim)[::-1])

    @property
    def mT(self):
        return self.transpose(-2, -1)

    def clone(self):
        """A copy that gradients flow through."""
        return CloneBackward.run(self)


def apart(z, x):
    """z, or a copy of it where it shows the memory of x: writing into one then leaves the other."""
    return z.clone() if np.may_share_memory(z._data, x._data) else z


def _listed(args):
    """`f(2, 3)` and `f((2, 3))` both as (2, 3)."""
    if len(args) == 1 and isinstance(args[0], (tuple, list)):
        return tuple(args[0])
    return args
