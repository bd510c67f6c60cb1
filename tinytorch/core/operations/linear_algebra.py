"""Products by the names of their shapes, and norms."""

import math

import numpy as np

from ..engine.base import as_tensor
from ..engine.numbers import as_float32
from .matmul import matmul
from .numpy_names import by_numpy_names, with_out
from .selection import step_of, where
from .shape import checked_dims


@with_out
def mm(input, mat2):
    """The product of two matrices: (n, k) @ (k, m)."""
    return _product("mm", input, mat2, 2, 2)


@with_out
def bmm(input, mat2):
    """The products of two batches of matrices: (b, n, k) @ (b, k, m)."""
    return _product("bmm", input, mat2, 3, 3)


def mv(input, vec):
    """The product of a matrix and a vector: (n, k) @ (k,)."""
    return _product("mv", input, vec, 2, 1)


def dot(input, tensor):
    """Σ aᵢ bᵢ of two vectors."""
    return _product("dot", input, tensor, 1, 1)


def outer(input, vec2):
    """aᵢ bⱼ of two vectors: (n,), (m,) → (n, m)."""
    a, b = as_tensor(input), as_tensor(vec2)
    if a.ndim != 1 or b.ndim != 1:
        raise ValueError(f"outer: expected two vectors, got shapes {a.shape} and {b.shape}")
    return a.unsqueeze(1) * b


def addmm(input, mat1, mat2, *, beta=1, alpha=1):
    """β · `input` + α · `mat1` @ `mat2`."""
    product = mm(mat1, mat2)
    return as_tensor(input) * beta + (product if alpha == 1 else product * alpha)


@by_numpy_names
def norm(input, p="fro", dim=None, keepdim=False):
    """``(Σ |x|ᵖ)^(1/p)`` over the axes `dim`, or over all elements; the largest for p = inf.

    At 0 the gradient is taken to be 0.

    Parameters
    ----------
    input : Tensor
    p : float, inf, -inf or "fro"
        "fro" is 2; 0 counts what is not 0.
    dim : int or tuple of int, optional
    keepdim : bool
    """
    x = as_tensor(input)
    if x.dtype.kind != "f":
        raise TypeError(f"norm: expected floating-point numbers, got {x.dtype}")
    if isinstance(p, str) and p != "fro":
        raise ValueError(f"norm: p must be a number or 'fro', got {p!r}")
    order = 2.0 if p in ("fro", None) else float(p)
    axes = {"dim": checked_dims("norm", x.shape, dim) if x.ndim else None, "keepdim": keepdim}
    return _norm(as_float32(x), order, axes).to(x.dtype)


def _norm(x, order, axes):
    if order == math.inf:
        return x.abs().amax(**axes)
    if order == -math.inf:
        return x.abs().amin(**axes)
    if order == 0:
        return step_of(x, (x._data != 0).astype(x.dtype)).sum(**axes)
    if order == 1:
        return x.abs().sum(**axes)
    if order == 2:
        total = (x * x).sum(**axes)
    else:
        size = x.abs()
        if order < 0:  # a 0 makes it 0
            nothing = (x._data == 0).any(axis=axes["dim"], keepdims=True)
            size = where(nothing, 0.0, size)
        total = (where(size._data == 0, 1.0, size) ** order * (size._data != 0)).sum(**axes)
    empty = total._data == 0
    root = where(empty, 1.0, total)
    return where(empty, 0.0, root.sqrt() if order == 2 else root ** (1 / order))


class LinearAlgebra:
    """Products and norms as methods of Tensor."""

    __slots__ = ()

    mm, bmm, mv, dot, outer, addmm, norm = mm, bmm, mv, dot, outer, addmm, norm

    def t(self):
        """A matrix transposed; a vector as it is."""
        if self.ndim > 2:
            raise ValueError(f"t: expected at most 2 axes, got shape {self.shape}; use .mT")
        return self.transpose(0, 1) if self.ndim == 2 else self


def _product(name, a, b, rank_a, rank_b):
    a, b = as_tensor(a), as_tensor(b)
    batches = rank_a == rank_b == 3 and a.ndim == b.ndim == 3 and a.shape[0] != b.shape[0]
    if a.ndim != rank_a or b.ndim != rank_b or batches:
        raise ValueError(
            f"{name}: expected tensors of {rank_a} and {rank_b} axes"
            f"{' and one number of matrices' if batches else ''}, got shapes {a.shape} and"
            f" {b.shape}; matmul takes all that fit"
        )
    return matmul(a, b)


def detached(name, x) -> np.ndarray:
    """The array of `x`, for a function without a gradient."""
    x = as_tensor(x)
    if x.requires_grad:
        raise RuntimeError(
            f"{name}: it has no gradient here, and the tensor requires one; use .detach()"
        )
    return x._data
