"""Copies of a tensor with others in some of its places, and what several that meet there make."""

import numpy as np

from ..engine.base import as_tensor
from ..engine.numbers import values_of
from .concatenation import cat
from .indexing import ScatterBackward
from .placing import _places, diag, scatter_add
from .selection import where
from .shape import checked_dims


def _with(name, input, index, src):
    """A copy of `input` with `src`, of the shape of the place, at `index`."""
    x = as_tensor(input)
    place = np.broadcast_to(np.int8(0), x.shape)[index].shape
    if as_tensor(src).shape != place:
        raise ValueError(f"{name}: src has shape {as_tensor(src).shape}, its place {place}")
    z = x.clone()
    z[index] = src
    return z


def select_scatter(input, src, dim, index):
    """A copy of `input` with `src` as the slice at `index` along `dim`."""
    (axis,) = checked_dims("select_scatter", as_tensor(input).shape, (dim,))
    return _with("select_scatter", input, (slice(None),) * axis + (index,), src)


def slice_scatter(input, src, dim=0, start=None, end=None, step=1):
    """A copy of `input` with `src` at `start:end:step` along `dim`."""
    (axis,) = checked_dims("slice_scatter", as_tensor(input).shape, (dim,))
    return _with("slice_scatter", input, (slice(None),) * axis + (slice(start, end, step),), src)


def diagonal_scatter(input, src, offset=0, dim1=0, dim2=1):
    """A copy of `input` with `src` on the diagonal of two axes."""
    x = as_tensor(input)
    one, two = checked_dims("diagonal_scatter", x.shape, (dim1, dim2))
    i = np.arange(max(0, min(x.shape[one] + min(offset, 0), x.shape[two] - max(offset, 0))))
    place = i - min(offset, 0), i + max(offset, 0)
    return _with("diagonal_scatter", x.movedim((one, two), (0, 1)), place, _first(src)).movedim(
        (0, 1), (one, two)
    )


def _first(src):
    """The last axis in front."""
    src = as_tensor(src)
    return src.movedim(-1, 0) if src.ndim else src


def index_copy(input, dim, index, source):
    """A copy of `input` with slice i of `source` at `index[i]` along `dim`."""
    return as_tensor(input).clone().index_copy_(dim, index, source)


def index_put(input, indices, values, accumulate=False):
    """A copy of `input` with `values` at the places of a tuple of indices.

    With `accumulate` they are added to what is there, and repeated places add up.
    """
    x, index = as_tensor(input), tuple(values_of(i) for i in indices)
    if not accumulate:
        z = x.clone()
        z[index] = values
        return z
    place = np.broadcast_to(np.int8(0), x.shape)[index].shape
    added = as_tensor(values).to(x.dtype).expand(*place)
    return x + ScatterBackward.run(added, index=index, shape=x.shape)


def put(input, index, source, accumulate=False):
    """A copy of `input` with `source` at the places `index`, counted row by row."""
    x, index = as_tensor(input), values_of(index)
    values = as_tensor(source).reshape(-1)
    return index_put(x.reshape(-1), (index.reshape(-1),), values, accumulate).reshape(x.shape)


def masked_scatter(input, mask, source):
    """A copy of `input` with the elements of `source`, one after the other, where `mask` holds."""
    x, mask, source = as_tensor(input), values_of(mask), as_tensor(source)
    if mask.dtype != np.bool_:
        raise TypeError(f"masked_scatter: the mask must be booleans, got {mask.dtype}")
    shape = np.broadcast_shapes(x.shape, mask.shape)
    mask = np.broadcast_to(mask, shape)
    wanted = int(mask.sum())
    if source.dtype != x.dtype or source.numel() < wanted:
        raise ValueError(
            f"masked_scatter: {wanted} elements of {x.dtype} are needed, source has"
            f" {source.numel()} of {source.dtype}"
        )
    if not wanted:
        return x.expand(*shape).clone()
    places = np.cumsum(mask).reshape(shape) - 1
    return where(mask, source.reshape(-1)[np.maximum(places, 0)], x)


def diagflat(input, offset=0):
    """The elements, row by row, as a diagonal of a matrix of zeros."""
    return diag(as_tensor(input).reshape(-1), offset)


def scatter_reduce(input, dim, index, src, reduce, *, include_self=True):
    """What `reduce` makes of the elements of `src` that `index` sends to one place along `dim`.

    Parameters
    ----------
    input : Tensor
    dim : int
    index : Tensor of int
        With as many axes as `input`; for each of its elements, where along `dim` one goes.
    src : Tensor
        At least of the shape of `index`.
    reduce : {"sum", "prod", "mean", "amax", "amin"}
    include_self : bool
        Whether the element of `input` at the place counts too. Places where nothing goes keep it.
    """
    x = as_tensor(input)
    neutral = {"sum": 0, "mean": 0, "prod": 1, "amax": _limit(x, -1), "amin": _limit(x, 1)}
    if reduce not in neutral:
        raise ValueError(f"scatter_reduce: reduce must be one of {', '.join(neutral)}")
    places, values = _places("scatter_reduce", x, dim, index, src)
    target = np.arange(x.numel()).reshape(x.shape)[places].reshape(-1)
    count = np.bincount(target, minlength=x.numel())
    hit = (count > 0).reshape(x.shape)
    if reduce in ("sum", "mean"):
        start = x if include_self else where(hit, np.zeros((), x.dtype), x)
        z = scatter_add(start, dim, index, src)
        if reduce == "sum":
            return z
        share = np.maximum(count.reshape(x.shape) + include_self, 1).astype(x.dtype)
        return where(hit, z // share if x.dtype.kind in "iu" else z / share, z)
    order = np.argsort(target, kind="stable")
    first = np.cumsum(count) - count
    row = np.arange(count.max(initial=0))  # the elements of one place side by side
    at = np.minimum(first[:, None] + row, max(len(order) - 1, 0))
    table = values.reshape(-1)[order[at]] if len(order) else x.reshape(-1, 1)[:, :0]
    table = table.masked_fill(row >= count[:, None], neutral[reduce])
    if include_self:
        table = cat([x.reshape(-1, 1), table.to(x.dtype)], 1)
    if not table.shape[1]:
        return x.clone()
    return where(hit, getattr(table, reduce)(1).reshape(x.shape), x)


def _limit(x, sign):
    """The largest number of the dtype of x, or the smallest."""
    if x.dtype.kind == "f":
        return sign * np.inf
    limits = np.iinfo(x.dtype)
    return int(limits.max if sign > 0 else limits.min)


class Replacing:
    """The same as methods of Tensor."""

    __slots__ = ()

    select_scatter, slice_scatter, diagonal_scatter = (
        *(select_scatter, slice_scatter, diagonal_scatter),
    )
    index_copy, index_put, put = index_copy, index_put, put
    masked_scatter, diagflat, scatter_reduce = masked_scatter, diagflat, scatter_reduce

    def fill_diagonal_(self, fill_value, wrap=False):
        """`fill_value` on the main diagonal, in place; with `wrap` again below a tall matrix."""
        if self.ndim < 2 or (self.ndim > 2 and len(set(self.shape)) > 1):
            raise ValueError(
                f"fill_diagonal_: expected a matrix, or axes of one length, got {self.shape}"
            )
        on = np.zeros(self.shape, np.bool_)
        np.fill_diagonal(on, True, wrap)
        return self.masked_fill_(on, fill_value)
