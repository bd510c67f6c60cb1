"""Joining tensors and cutting them apart: gradients are cut, and joined, at the same places."""

import numpy as np

from ..engine.base import as_tensor
from ..engine.function import Function
from .numpy_names import by_numpy_names
from .shape import checked_dims


class CatBackward(Function):
    """z = the inputs one after the other along the axis `dim`.

    ∂L/∂xᵢ = the part of g where xᵢ stands: a slice. Keeps the places, no data.
    Cost: n moves; nothing back, views of g. PyTorch: CatBackward0.
    """

    def forward(self, *xs, dim=0):
        shapes = [x.shape for x in xs]
        if () in shapes:
            message = "cat: a 0-d tensor has no axis to join along; use stack"
            raise ValueError(message)
        (axis,) = checked_dims("cat", shapes[0], (dim,))
        rest = {(*s[:axis], -1, *s[axis + 1 :]) for s in shapes}
        if len(rest) != 1:
            raise ValueError(
                f"cat: shapes {', '.join(map(str, shapes))} differ in another"
                f" axis than dim {dim}; all others must agree"
            )
        ends = np.cumsum([s[axis] for s in shapes]).tolist()
        cuts = map(slice, [0, *ends], ends)
        before = (slice(None),) * axis
        self.places = [(*before, cut) for cut in cuts]
        return np.concatenate(xs, axis)

    def apply(self, g):
        pairs = zip(self.next_functions, self.places, strict=True)
        return tuple(g[place] if target else None for target, place in pairs)


@by_numpy_names
def cat(tensors, dim=0):
    """The tensors one after the other along an axis they have."""
    tensors = [as_tensor(x) for x in tensors]
    if not tensors:
        raise ValueError("cat: no tensors to join")
    other = next((x.shape for x in tensors if x.shape != (0,)), None)
    if other and (0,) in {x.shape for x in tensors}:  # nothing, of whatever rank: PyTorch's start
        nothing = [0 if i == dim % len(other) else n for i, n in enumerate(other)]
        tensors = [x if x.shape != (0,) else x.reshape(nothing) for x in tensors]
    return CatBackward.run(*tensors, dim=dim)


@by_numpy_names
def stack(tensors, dim=0):
    """The tensors, all of one shape, side by side along a new axis `dim`."""
    tensors = [as_tensor(x) for x in tensors]
    shapes = {x.shape for x in tensors}
    if len(shapes) != 1:
        raise ValueError(
            f"stack: expected tensors of one shape, got {', '.join(map(str, shapes)) or 'none'}"
        )
    return cat([x.unsqueeze(dim) for x in tensors], dim=dim)


def split(input, split_size_or_sections, dim=0):
    """Views along `dim`, of one size (the last may be shorter) or of the sizes given."""
    x = as_tensor(input)
    (axis,) = checked_dims("split", x.shape, (dim,)) or (None,)
    if axis is None:
        raise ValueError("split: a 0-d tensor has no axis to cut")
    n, sizes = x.shape[axis], split_size_or_sections
    if isinstance(sizes, int):
        if sizes < (n > 0):
            raise ValueError(f"split: the size of a part must be positive, got {sizes}")
        sizes = [min(sizes, n - start) for start in range(0, n, sizes or 1)] or [0]
    if sum(sizes) != n or min(sizes) < 0:
        raise ValueError(
            f"split: the sizes {list(sizes)} do not add up to {n}, axis {axis} of {x.shape}"
        )
    ends = np.cumsum(sizes).tolist()
    before = (slice(None),) * axis
    return tuple(
        x[(*before, slice(start, end))] for start, end in zip([0, *ends], ends, strict=False)
    )


def chunk(input, chunks, dim=0):
    """At most `chunks` views along `dim`, of equal size but for the last."""
    x = as_tensor(input)
    (axis,) = checked_dims("chunk", x.shape, (dim,)) or (None,)
    if axis is None or chunks < 1:
        raise ValueError(f"chunk: cannot cut shape {x.shape} into {chunks} parts")
    return split(x, max(1, -(-x.shape[axis] // chunks)), axis)


def tensor_split(input, indices_or_sections, dim=0):
    """Views along `dim`: so many, the first ones longer by 1, or cut where the indices say."""
    x = as_tensor(input)
    (axis,) = checked_dims("tensor_split", x.shape, (dim,)) or (None,)
    if axis is None:
        raise ValueError("tensor_split: a 0-d tensor has no axis to cut")
    cuts, n = indices_or_sections, x.shape[axis]
    if isinstance(cuts, int):
        if cuts < 1:
            raise ValueError(f"tensor_split: cannot cut shape {x.shape} into {cuts} parts")
        cuts = np.cumsum([n // cuts + (i < n % cuts) for i in range(cuts - 1)]).tolist()
    before = (slice(None),) * axis
    return tuple(
        x[(*before, slice(start, end))] for start, end in zip([0, *cuts], [*cuts, n], strict=True)
    )


class Concatenation:
    """Cutting as methods of Tensor; joining takes several, and is a function alone."""

    __slots__ = ()

    split, chunk, tensor_split = split, chunk, tensor_split
