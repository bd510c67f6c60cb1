"""Products, sums and arrangements that are made of other operations, by PyTorch's names."""

import itertools
import math

import numpy as np

from ..engine.base import as_tensor
from ..engine.numbers import values_of
from .concatenation import cat, stack
from .einsum import einsum
from .indexing import ScatterBackward, gather
from .matrices import inverse
from .placing import diagonal
from .shape import checked_dims


def addcmul(input, tensor1, tensor2, *, value=1):
    """input + value · tensor1 · tensor2."""
    return as_tensor(input) + as_tensor(tensor1) * tensor2 * value


def addcdiv(input, tensor1, tensor2, *, value=1):
    """input + value · tensor1 / tensor2."""
    return as_tensor(input) + as_tensor(tensor1) / tensor2 * value


def addmv(input, mat, vec, *, beta=1, alpha=1):
    """beta · input + alpha · (mat @ vec)."""
    product = as_tensor(mat).mv(vec) * alpha
    return product if beta == 0 else as_tensor(input) * beta + product


def baddbmm(input, batch1, batch2, *, beta=1, alpha=1):
    """beta · input + alpha · (batch1 @ batch2), of batches of matrices."""
    product = as_tensor(batch1).bmm(batch2) * alpha
    return product if beta == 0 else as_tensor(input) * beta + product


def inner(input, other):
    """Products summed over the last axes of both; of numbers, their product."""
    a, b = as_tensor(input), as_tensor(other)
    if not (a.ndim and b.ndim):
        return a * b
    if a.shape[-1] != b.shape[-1]:
        raise ValueError(f"inner: the last axes of shapes {a.shape} and {b.shape} differ")
    return tensordot(a, b, ([-1], [-1]))


def tensordot(a, b, dims=2):
    """Products summed over the last `dims` axes of a and the first of b, or over lists of axes."""
    a, b = as_tensor(a), as_tensor(b)
    if isinstance(dims, int):
        dims = tuple(range(a.ndim - dims, a.ndim)), tuple(range(dims))
    axes_a, axes_b = (
        checked_dims("tensordot", x.shape, tuple(d) if isinstance(d, (list, tuple)) else (d,))
        for x, d in zip((a, b), dims, strict=True)
    )
    lengths = [[x.shape[i] for i in axes] for x, axes in ((a, axes_a), (b, axes_b))]
    if lengths[0] != lengths[1]:
        raise ValueError(
            f"tensordot: axes {axes_a} of {a.shape} and {axes_b} of {b.shape} differ in length"
        )
    letters = list(range(a.ndim)), list(range(a.ndim, a.ndim + b.ndim))
    for i, j in zip(axes_a, axes_b, strict=True):
        letters[1][j] = i
    kept = [i for i in letters[0] if i not in axes_a]
    kept += [j for j in letters[1] if j >= a.ndim]
    return einsum(a, letters[0], b, letters[1], kept)


def kron(input, other):
    """The Kronecker product: every element of `input` times all of `other`."""
    a, b = as_tensor(input), as_tensor(other)
    rank = max(a.ndim, b.ndim)
    a, b = (x.reshape((1,) * (rank - x.ndim) + x.shape) for x in (a, b))
    pairs = list(zip(a.shape, b.shape, strict=True))
    wide = a.reshape(tuple(n for m, _ in pairs for n in (m, 1)))
    narrow = b.reshape(tuple(n for _, m in pairs for n in (1, m)))
    return (wide * narrow).reshape(tuple(m * n for m, n in pairs))


def cross(input, other, dim=None):
    """a × b of vectors of three, along the axis `dim`, by default the first of length 3."""
    a, b = as_tensor(input), as_tensor(other)
    shape = np.broadcast_shapes(a.shape, b.shape)
    a, b = a.expand(*shape), b.expand(*shape)
    if dim is None and 3 in shape:
        dim = shape.index(3)
    if dim is None or shape[dim] != 3:
        raise ValueError(f"cross: shape {shape} has no axis of length 3 at dim {dim}")
    a1, b1, a2, b2 = (x.roll(-k, dim) for k in (1, 2) for x in (a, b))
    return a1 * b2 - a2 * b1


def matrix_power(input, n):
    """A square matrix multiplied by itself; of its inverse where `n` is negative."""
    x = as_tensor(input)
    if x.ndim < 2 or x.shape[-1] != x.shape[-2]:
        raise ValueError(f"matrix_power: expected square matrices, got shape {x.shape}")
    if n < 0:
        x, n = inverse(x), -n
    result = x.kind._wrap(np.broadcast_to(np.eye(x.shape[-1], dtype=x.dtype), x.shape).copy())
    while n:
        result = result @ x if n % 2 else result
        x, n = (x @ x, n // 2) if n > 1 else (x, 0)
    return result


def block_diag(*tensors):
    """The matrices along a diagonal, and zeros around them."""
    blocks = [as_tensor(x) for x in tensors]
    blocks = [x.reshape(1, -1) if x.ndim < 2 else x for x in blocks]
    width, rows, start = sum(x.shape[1] for x in blocks), [], 0
    for x in blocks:
        left, right = start, width - start - x.shape[1]
        sides = [np.zeros((x.shape[0], n), x.dtype) for n in (left, right)]
        rows.append(cat([as_tensor(sides[0]), x, as_tensor(sides[1])], 1))
        start += x.shape[1]
    return cat(rows, 0)


def cartesian_prod(*tensors):
    """Every choice of one element of each vector, as rows."""
    xs = [as_tensor(x) for x in tensors]
    if len(xs) == 1:
        return xs[0]
    indices = np.indices([len(x) for x in xs]).reshape(len(xs), -1)
    return stack([x[i] for x, i in zip(xs, indices, strict=True)], 1)


def combinations(input, r=2, with_replacement=False):
    """Every choice of `r` elements of a vector, as rows."""
    x = as_tensor(input)
    choose = itertools.combinations_with_replacement if with_replacement else itertools.combinations
    places = np.array(list(choose(range(len(x)), r)), np.intp).reshape(-1, r)
    return x[places]


def diff(input, n=1, dim=-1):
    """Each element less the one before it along `dim`, `n` times."""
    x = as_tensor(input)
    for _ in range(n):
        length = x.shape[dim]
        later, earlier = (x.narrow(dim, i, max(length - 1, 0)) for i in (min(1, length), 0))
        x = later - earlier if x.dtype.kind != "b" else later != earlier
    return x


def take(input, index):
    """The elements at `index` of all of `input`, counted row by row."""
    return as_tensor(input).reshape(-1)[values_of(index)]


def take_along_dim(input, indices, dim=None):
    """The elements along `dim` at `indices`, which are broadcast; without it, of all elements."""
    x = as_tensor(input)
    if dim is None:
        return take(x, indices).reshape(-1)
    index = values_of(indices)
    (axis,) = checked_dims("take_along_dim", x.shape, (dim,))
    lengths = [1 if i == axis else n for i, n in enumerate(x.shape)]
    index = np.broadcast_to(index, np.broadcast_shapes(index.shape, tuple(lengths)))
    shape = tuple(x.shape[i] if i == axis else n for i, n in enumerate(index.shape))
    return gather(
        x.expand(*shape), axis, as_tensor(np.where(index < 0, index + shape[axis], index))
    )


def rot90(input, k=1, dims=(0, 1)):
    """A quarter turn of the plane of two axes, `k` times."""
    x, k = as_tensor(input), k % 4
    one, two = checked_dims("rot90", x.shape, dims)
    if k == 2:
        return x.flip((one, two))
    return x.flip(two if k == 1 else one).transpose(one, two) if k else x.clone()


def fliplr(input):
    """The columns from right to left."""
    return as_tensor(input).flip(1)


def flipud(input):
    """The rows from the last to the first."""
    return as_tensor(input).flip(0)


def diag_embed(input, offset=0):
    """The last axis as the diagonal of matrices, which are 0 elsewhere."""
    x = as_tensor(input)
    n, i = x.shape[-1] + abs(offset), np.arange(x.shape[-1])
    place = (Ellipsis, i - min(offset, 0), i + max(offset, 0))
    return ScatterBackward.run(x, index=place, shape=(*x.shape[:-1], n, n))


def narrow(input, dim, start, length):
    """`length` slices along `dim`, from `start` on."""
    return as_tensor(input).narrow(dim, start, length)


def unflatten(input, dim, sizes):
    """The axis `dim` as several, of the lengths `sizes`."""
    x = as_tensor(input)
    (axis,) = checked_dims("unflatten", x.shape, (dim,))
    return x.reshape((*x.shape[:axis], *sizes, *x.shape[axis + 1 :]))


def select(input, dim, index):
    """The slice at `index` along `dim`, without that axis."""
    x = as_tensor(input)
    (axis,) = checked_dims("select", x.shape, (dim,))
    return x[(slice(None),) * axis + (index,)]


def cdist(x1, x2, p=2.0):
    """The distance of each row of `x1` from each of `x2`: (…, P, D) and (…, R, D) → (…, P, R)."""
    a, b = as_tensor(x1), as_tensor(x2)
    if a.ndim < 2 or b.ndim < 2 or a.shape[-1] != b.shape[-1]:
        raise ValueError(f"cdist: expected rows of one length, got shapes {a.shape} and {b.shape}")
    return (a.unsqueeze(-2) - b.unsqueeze(-3)).norm(p, dim=-1)


def dist(input, other, p=2):
    """The norm of the difference."""
    return (as_tensor(input) - other).norm(p)


def cov(input, *, correction=1):
    """The covariances of the rows of a matrix, whose columns are observations."""
    x = as_tensor(input)
    x = x.reshape(1, -1) if x.ndim < 2 else x
    x = x - x.mean(1, keepdim=True)
    covariance = x @ x.mT / max(x.shape[1] - correction, 0)
    return covariance.reshape(()) if as_tensor(input).ndim < 2 else covariance


def corrcoef(input):
    """The correlations of the rows of a matrix."""
    c = cov(input)
    if not c.ndim:
        return c / c
    scale = diagonal(c).sqrt()
    return (c / scale.unsqueeze(1) / scale).clamp(-1, 1)


def logspace(start, end, steps, base=10.0):
    """`base` to the power of `steps` numbers from `start` to `end`."""
    powers = np.linspace(start, end, steps) * math.log(base)
    return as_tensor(np.exp(powers).astype(np.float32))


class Combining:
    """The same as methods of Tensor."""

    __slots__ = ()

    addcmul, addcdiv, addmv, baddbmm = addcmul, addcdiv, addmv, baddbmm
    inner, kron, cross, matrix_power, dist = inner, kron, cross, matrix_power, dist
    diff, take, take_along_dim, rot90 = diff, take, take_along_dim, rot90
    fliplr, flipud, diag_embed, unflatten, select = fliplr, flipud, diag_embed, unflatten, select
    cov, corrcoef = cov, corrcoef

    def ravel(self):
        """All elements, row by row."""
        return self.reshape(-1)
