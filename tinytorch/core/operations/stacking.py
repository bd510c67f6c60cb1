"""Tensors given the axes that they lack, joined along them, and cut along the first three."""

import numpy as np

from ..engine.base import as_tensor
from .concatenation import cat, split, tensor_split
from .placing import vstack


def atleast_1d(*tensors):
    """A number as a vector of one, others as they are; of several tensors, a tuple."""
    return _each(tensors, lambda x: x if x.ndim else x.reshape(1))


def atleast_2d(*tensors):
    """A vector as a matrix of one row, others as they are; of several tensors, a tuple."""
    return _each(tensors, lambda x: x if x.ndim > 1 else x.reshape(1, -1))


def atleast_3d(*tensors):
    """A vector as (1, n, 1), a matrix as (m, n, 1); of several tensors, a tuple."""

    def change(x):
        if x.ndim > 2:
            return x
        return x.unsqueeze(-1) if x.ndim == 2 else x.reshape(1, -1, 1)

    return _each(tensors, change)


def _each(tensors, change):
    several = len(tensors) > 1 or (tensors and isinstance(tensors[0], (list, tuple)))
    listed = tensors[0] if len(tensors) == 1 and several else tensors
    changed = tuple(change(as_tensor(x)) for x in listed)
    return changed if several else changed[0]


def broadcast_shapes(*shapes) -> tuple:
    """The shape to which tensors of these shapes broadcast."""
    return _common("broadcast_shapes", shapes)


def _common(name, shapes):
    try:
        return np.broadcast_shapes(*shapes)
    except ValueError:
        raise ValueError(
            f"{name}: {' and '.join(str(s) for s in shapes)} do not broadcast"
        ) from None


def broadcast_tensors(*tensors):
    """The tensors seen in the shape to which they broadcast."""
    listed = tensors[0] if len(tensors) == 1 and isinstance(tensors[0], (list, tuple)) else tensors
    xs = [as_tensor(x) for x in listed]
    shape = _common("broadcast_tensors", [x.shape for x in xs])
    return tuple(x.expand(*shape) for x in xs)


def column_stack(tensors):
    """The tensors side by side; a vector is a column."""
    tensors = [as_tensor(x) for x in tensors]
    return cat([x if x.ndim > 1 else x.reshape(-1, 1) for x in tensors], 1)


def dstack(tensors):
    """The tensors one behind the other, along axis 2."""
    return cat(atleast_3d(list(tensors)), 2)


row_stack = vstack


def hsplit(input, indices_or_sections):
    """Parts along axis 1, or axis 0 of a vector: so many, or cut where the indices say."""
    x = as_tensor(input)
    return _cut("hsplit", x, indices_or_sections, min(1, x.ndim - 1), 1)


def vsplit(input, indices_or_sections):
    """Parts along axis 0: so many, or cut where the indices say."""
    return _cut("vsplit", as_tensor(input), indices_or_sections, 0, 2)


def dsplit(input, indices_or_sections):
    """Parts along axis 2: so many, or cut where the indices say."""
    return _cut("dsplit", as_tensor(input), indices_or_sections, 2, 3)


def _cut(name, x, cuts, axis, rank):
    if x.ndim < rank:
        raise ValueError(f"{name}: expected at least {rank} axes, got shape {x.shape}")
    if isinstance(cuts, int) and (cuts < 1 or x.shape[axis] % cuts):
        raise ValueError(f"{name}: cannot cut shape {x.shape} into {cuts} parts of one length")
    return tensor_split(x, cuts, axis)


def split_with_sizes(input, split_sizes, dim=0):
    """Parts of the lengths `split_sizes` along `dim`."""
    return split(input, list(split_sizes), dim)


class Stacking:
    """Cutting as methods of Tensor."""

    __slots__ = ()

    hsplit, vsplit, dsplit, split_with_sizes = hsplit, vsplit, dsplit, split_with_sizes
