"""Values put, or added, where an index says: `scatter`, `scatter_add`, `index_add`, diagonals."""

import numpy as np

from ..engine.base import TensorBase, as_tensor
from ..engine.numbers import values_of
from .concatenation import cat
from .indexing import ScatterBackward
from .selection import with_values
from .shape import checked_dims


def scatter(input, dim, index, src):
    """A copy of `input` with the values of `src` along `dim` where `index` says.

    Parameters
    ----------
    input : Tensor
    dim : int
    index : Tensor of int
        With as many axes as `input`; for each of its elements, where along `dim` one goes.
    src : Tensor or number
        At least of the shape of `index`.
    """
    return as_tensor(input).clone().scatter_(dim, index, src)


def scatter_add(input, dim, index, src):
    """`input` plus the values of `src` along `dim` where `index` says; repeated places add up."""
    x = as_tensor(input)
    places, values = _places("scatter_add", x, dim, index, src)
    return x + ScatterBackward.run(values.to(x.dtype), index=places, shape=x.shape)


def index_add(input, dim, index, source, alpha=1):
    """`input` plus slice i of `source` at `index[i]` along `dim`; repeated places add up."""
    x, source = as_tensor(input), as_tensor(source)
    source = source if alpha == 1 else source * alpha
    place = _line("index_add", x, dim, index)
    return x + ScatterBackward.run(source.to(x.dtype), index=place, shape=x.shape)


def index_fill(input, dim, index, value):
    """A copy of `input` with `value` in the slices along `dim` that `index` names."""
    return as_tensor(input).clone().index_fill_(dim, index, value)


def diagonal(input, offset=0, dim1=0, dim2=1):
    """The elements at i, i + `offset` of two axes, as a last one."""
    x = as_tensor(input)
    one, two = checked_dims("diagonal", x.shape, (dim1,)) + checked_dims("diagonal", x.shape, dim2)
    order = [i for i in range(x.ndim) if i not in (one, two)] + [one, two]
    length = max(0, min(x.shape[one] + min(offset, 0), x.shape[two] - max(offset, 0)))
    i = np.arange(length)
    z = x.permute(*order)[(Ellipsis, i - min(offset, 0), i + max(offset, 0))]
    shown = np.diagonal(x._data, offset, one, two)
    shown.flags.writeable = x._data.flags.writeable  # a view, as in PyTorch: fill_ reaches x
    return with_values(z, shown)


def diag(input, diagonal=0):
    """The diagonal of a matrix, or the matrix with a vector there and zeros around it."""
    x = as_tensor(input)
    if x.ndim == 2:
        return x.diagonal(diagonal).clone()
    if x.ndim != 1:
        raise ValueError(f"diag: expected a vector or a matrix, got shape {x.shape}")
    n, i = x.shape[0] + abs(diagonal), np.arange(x.shape[0])
    place = i - min(diagonal, 0), i + max(diagonal, 0)
    return ScatterBackward.run(x, index=place, shape=(n, n))


def trace(input):
    """The sum of the diagonal of a matrix."""
    return diag(input).sum()


def movedim(input, source, destination):
    """The axes `source` at the places `destination`, the others in their order."""
    x = as_tensor(input)
    if not x.ndim:
        return x
    source, destination = (
        [checked_dims("movedim", x.shape, (i,))[0] for i in ((d,) if isinstance(d, int) else d)]
        for d in (source, destination)
    )
    rest = iter([i for i in range(x.ndim) if i not in source])
    at = dict(zip(destination, source, strict=True))
    return x.permute(*(at[i] if i in at else next(rest) for i in range(x.ndim)))


def broadcast_to(input, size):
    """`input` seen in another shape, without a copy."""
    return as_tensor(input).expand(*size)


def meshgrid(*tensors, indexing="ij"):
    """Every vector along an axis of its own: the coordinates of all points of a grid.

    With `indexing` "xy" the first two axes change places.
    """
    if len(tensors) == 1 and isinstance(tensors[0], (list, tuple)):
        tensors = tensors[0]
    if indexing not in ("ij", "xy"):
        raise ValueError(f"meshgrid: indexing must be 'ij' or 'xy', got {indexing!r}")
    vectors = [as_tensor(x).reshape(-1) for x in tensors]
    n, shape = len(vectors), tuple(x.numel() for x in vectors)
    grids = [
        x.reshape(tuple(-1 if i == j else 1 for j in range(n))).expand(*shape)
        for i, x in enumerate(vectors)
    ]
    return tuple(x.transpose(0, 1) if indexing == "xy" and n > 1 else x for x in grids)


def vstack(tensors):
    """The tensors below one another; of a vector, one row."""
    tensors = [as_tensor(x) for x in tensors]
    return cat([x if x.ndim > 1 else x.reshape(1, -1) for x in tensors], 0)


def hstack(tensors):
    """The tensors side by side: along axis 1, or axis 0 of vectors."""
    tensors = [as_tensor(x) for x in tensors]
    tensors = [x if x.ndim else x.reshape(1) for x in tensors]
    return cat(tensors, min(1, tensors[0].ndim - 1) if tensors else 0)


class Placing:
    """The same as methods of Tensor, and in its place."""

    __slots__ = ()

    scatter, scatter_add, index_add, index_fill = scatter, scatter_add, index_add, index_fill
    diagonal, diag, trace, movedim, broadcast_to = diagonal, diag, trace, movedim, broadcast_to
    moveaxis = movedim

    def scatter_(self, dim, index, src=None, *, value=None):
        """`scatter`, in place."""
        src = value if src is None else src
        places, values = _places("scatter_", self, dim, index, src)
        self[places] = values
        return self

    def scatter_add_(self, dim, index, src):
        """`scatter_add`, in place."""
        places, values = _places("scatter_add_", self, dim, index, src)
        return self.add_(ScatterBackward.run(values.to(self.dtype), index=places, shape=self.shape))

    def index_add_(self, dim, index, source, *, alpha=1):
        """`index_add`, in place."""
        source = as_tensor(source) * alpha
        place = _line("index_add_", self, dim, index)
        return self.add_(ScatterBackward.run(source.to(self.dtype), index=place, shape=self.shape))

    def index_fill_(self, dim, index, value):
        """`index_fill`, in place."""
        self[_line("index_fill_", self, dim, index)] = value
        return self

    def index_copy_(self, dim, index, source):
        """Slice i of `source` at `index[i]` along `dim`, in place."""
        self[_line("index_copy_", self, dim, index)] = source
        return self


def _places(name, x, dim, index, src):
    """Where `index` says along `dim`, as an index of x; and what of `src` goes there."""
    index = values_of(index)
    (axis,) = checked_dims(name, x.shape, (dim,))
    if index.dtype.kind not in "iu" or index.ndim != x.ndim:
        raise TypeError(
            f"{name}: index must be integers with the {x.ndim} axes of shape {x.shape}, got"
            f" {index.dtype} of shape {index.shape}"
        )
    n = x.shape[axis]
    if index.size and not 0 <= index.min() <= index.max() < n:
        wrong = index.min() if index.min() < 0 else index.max()
        raise IndexError(
            f"{name}: index {wrong} is out of range for axis {axis} of shape {x.shape}; use 0 to"
            f" {n - 1}"
        )
    if not isinstance(src, (TensorBase, np.ndarray)):
        src = np.full(index.shape, src, x.dtype)
    src = as_tensor(src)
    if src.ndim != x.ndim or any(a < b for a, b in zip(src.shape, index.shape, strict=True)):
        raise ValueError(f"{name}: src of shape {src.shape} does not cover index {index.shape}")
    grid = list(np.ogrid[tuple(slice(n) for n in index.shape)])
    grid[axis] = index.astype(np.intp)
    values = src[tuple(slice(n) for n in index.shape)]
    return tuple(grid), values


def _line(name, x, dim, index):
    """`index` along `dim`, as an index of x."""
    index = values_of(index)
    (axis,) = checked_dims(name, x.shape, (dim,))
    if index.dtype.kind not in "iu" or index.ndim > 1:
        raise TypeError(
            f"{name}: expected integers along one axis, got {index.dtype} of shape {index.shape}"
        )
    return (*(slice(None),) * axis, index.reshape(-1).astype(np.intp))
