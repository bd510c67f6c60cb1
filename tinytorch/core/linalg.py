"""Linear algebra by NumPy. Norms, determinants, inverses, solutions and the Cholesky factor have
gradients, by elimination; of what else is differentiated it is refused.
"""

import math
from collections import namedtuple

import numpy as np

from .operations import combining
from .operations.combining import matrix_power
from .operations.elimination import LinAlgError, det
from .operations.linear_algebra import detached
from .operations.linear_algebra import norm as _norm
from .operations.matmul import matmul
from .operations.matrices import (
    QR,
    inverse,
    lstsq,
    matrix_exp,
    multi_dot,
    slogdet,
    solve,
    solve_triangular,
)
from .operations.matrices import cholesky as _cholesky
from .operations.placing import diagonal as _diagonal
from .operations.shape import checked_dims
from .tensor import Tensor

__all__ = [
    "LinAlgError",
    "cholesky",
    "cond",
    "cross",
    "det",
    "diagonal",
    "eigh",
    "eigvalsh",
    "inv",
    "lstsq",
    "matmul",
    "matrix_exp",
    "matrix_norm",
    "matrix_power",
    "matrix_rank",
    "multi_dot",
    "norm",
    "pinv",
    "qr",
    "slogdet",
    "solve",
    "solve_triangular",
    "svd",
    "svdvals",
    "vander",
    "vecdot",
    "vector_norm",
]


SVD = namedtuple("SVD", "U S Vh")  # A = U · diag(S) · Vh
Eigen = namedtuple("Eigen", "eigenvalues eigenvectors")
inv, cholesky = inverse, _cholesky


def vector_norm(x, ord=2, dim=None, keepdim=False):
    """``(Σ |x|ᵖ)^(1/p)``, p = `ord`; see `tinytorch.norm`."""
    return _norm(x, ord, dim, keepdim)


def matrix_norm(A, ord="fro", dim=(-2, -1), keepdim=False):
    """A norm of matrices.

    Parameters
    ----------
    A : Tensor of float, (…, m, n)
    ord : {"fro", "nuc", 1, -1, 2, -2, inf, -inf}
        "fro" is the root of the sum of squares; 1 and inf are the largest sum of sizes down a
        column and along a row, and -1 and -inf the smallest. "nuc" is the sum of the singular
        values, 2 the largest and -2 the smallest of them; these three have no gradient.
    dim : tuple of int
        The axes of rows and of columns.
    keepdim : bool

    Raises
    ------
    ValueError
        For another `ord`, and for axes that are not two.
    """
    A = Tensor(A) if not isinstance(A, Tensor) else A
    axes = checked_dims("matrix_norm", A.shape, dim)
    if len(axes) != 2:
        raise ValueError(f"matrix_norm: dim must name two axes, got {dim} of shape {A.shape}")
    if ord == "fro":
        return _norm(A, 2, axes, keepdim)
    if ord in (1, -1, math.inf, -math.inf):
        summed, compared = axes if abs(ord) == 1 else axes[::-1]
        sums = A.abs().sum(summed, keepdim=True)
        z = (sums.amax if ord > 0 else sums.amin)(compared, keepdim=True)
    elif ord in ("nuc", 2, -2):
        array = np.moveaxis(detached("matrix_norm", A), axes, (-2, -1))
        values = np.asarray(np.linalg.norm(array, ord, axis=(-2, -1)))
        z = Tensor._wrap(np.expand_dims(values, sorted(axes)))
    else:
        raise ValueError(f"matrix_norm: unknown ord {ord!r}; use 'fro', 'nuc', ±1, ±2 or ±inf")
    return z if keepdim else z.reshape(tuple(n for i, n in enumerate(A.shape) if i not in axes))


def norm(A, ord=None, dim=None, keepdim=False):
    """The norm of vectors or of matrices.

    Without `ord` it is the root of the sum of squares, of all elements or along `dim`. With it, a
    vector (or one axis `dim`) has `vector_norm`, and a matrix (or two axes) `matrix_norm`.
    """
    A = Tensor(A) if not isinstance(A, Tensor) else A
    if ord is None:
        return _norm(A, 2, dim, keepdim)
    if dim is None and A.ndim not in (1, 2):
        raise ValueError(f"norm: with ord, name the axes of shape {A.shape} by dim")
    axes = tuple(range(A.ndim)) if dim is None else dim
    if isinstance(axes, int) or len(axes) == 1:
        return vector_norm(A, ord, axes, keepdim)
    return matrix_norm(A, ord, axes, keepdim)


def cond(A, p=None):
    """The condition number: the norm of A, `p` of `matrix_norm`, times that of its inverse.

    Without `p` it is the largest singular value over the smallest, which has no gradient.
    """
    if p in (None, 2, -2):
        S = svdvals(A)
        first, last = S[..., 0], S[..., -1]
        return last / first if p == -2 else first / last
    try:
        return matrix_norm(A, p) * matrix_norm(inverse(A), p)
    except LinAlgError:
        return Tensor._wrap(np.full(A.shape[:-2], np.inf, A.dtype))


def cross(input, other, *, dim=-1):
    """a × b of vectors of three, along the axis `dim`."""
    return combining.cross(input, other, dim)


def diagonal(A, *, offset=0, dim1=-2, dim2=-1):
    """The elements at i, i + `offset` of two axes, as a last one."""
    return _diagonal(A, offset, dim1, dim2)


def vecdot(x, y, *, dim=-1):
    """Σ xᵢ yᵢ along the axis `dim`."""
    return (x * y).sum(dim)


def vander(x, N=None):
    """The powers 0, 1, …, N - 1 of the elements, as rows; as many as elements without N."""
    x = Tensor(x) if not isinstance(x, Tensor) else x
    return x.unsqueeze(-1) ** np.arange(x.shape[-1] if N is None else N, dtype=x.dtype)


def svd(A, full_matrices=True) -> SVD:
    """The singular values of a matrix, and the rotations on both sides."""
    return SVD(*map(Tensor._wrap, np.linalg.svd(detached("svd", A), full_matrices)))


def svdvals(A):
    """The singular values of a matrix, the largest first."""
    return Tensor._wrap(np.linalg.svd(detached("svdvals", A), compute_uv=False))


def qr(A, mode="reduced") -> QR:
    """A = Q · R, with orthonormal columns and an upper triangle."""
    return QR(*map(Tensor._wrap, np.linalg.qr(detached("qr", A), mode)))


def eigh(A, UPLO="L") -> Eigen:
    """The eigenvalues of a symmetric matrix, the smallest first, and its eigenvectors."""
    return Eigen(*map(Tensor._wrap, np.linalg.eigh(detached("eigh", A), UPLO)))


def eigvalsh(A, UPLO="L"):
    """The eigenvalues of a symmetric matrix, the smallest first."""
    return Tensor._wrap(np.linalg.eigvalsh(detached("eigvalsh", A), UPLO))


def _of_one(name, function, says):
    def computes(A):
        return Tensor._wrap(np.asarray(function(detached(name, A))))

    computes.__name__ = computes.__qualname__ = name
    computes.__doc__ = says
    return computes


pinv = _of_one("pinv", np.linalg.pinv, "The pseudo-inverse of a matrix.")
matrix_rank = _of_one("matrix_rank", np.linalg.matrix_rank, "The rank of a matrix.")
