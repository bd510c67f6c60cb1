"""Linear algebra by NumPy. Norms, determinants, inverses, solutions and the Cholesky factor have
gradients, by elimination; of what else is differentiated it is refused.
"""

from collections import namedtuple

import numpy as np

from . import elimination
from .construction import eye
from .operations.linear_algebra import detached, norm
from .tensor import Tensor

__all__ = [
    "cholesky",
    "det",
    "eigh",
    "inv",
    "matrix_rank",
    "norm",
    "pinv",
    "qr",
    "slogdet",
    "solve",
    "svd",
    "svdvals",
    "vector_norm",
]


SVD = namedtuple("SVD", "U S Vh")  # A = U · diag(S) · Vh
QR = namedtuple("QR", "Q R")  # A = Q · R
Slogdet = namedtuple("Slogdet", "sign logabsdet")
Eigen = namedtuple("Eigen", "eigenvalues eigenvectors")


def vector_norm(x, ord=2, dim=None, keepdim=False):
    """``(Σ |x|ᵖ)^(1/p)``, p = `ord`; see `tinytorch.norm`."""
    return norm(x, ord, dim, keepdim)


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


def _of_one(name, function, says):
    def computes(A):
        return Tensor._wrap(np.asarray(function(detached(name, A))))

    computes.__name__ = computes.__qualname__ = name
    computes.__doc__ = says
    return computes


pinv = _of_one("pinv", np.linalg.pinv, "The pseudo-inverse of a matrix.")
matrix_rank = _of_one("matrix_rank", np.linalg.matrix_rank, "The rank of a matrix.")


def solve(A, B):
    """The X with A @ X = B, for B a vector or a matrix."""
    return elimination.solve(A, B)


def inv(A):
    """The inverse of a matrix: the X with A @ X = 1."""
    A = elimination.square("inv", A)
    one = eye(A.shape[-1], dtype=A.dtype)
    return elimination.solve(A, one.expand(*A.shape))


def det(A):
    """The determinant of a matrix."""
    return elimination.det(A)


def slogdet(A) -> Slogdet:
    """The sign of the determinant of a matrix, and ln of its size."""
    A = elimination.square("slogdet", A)
    sign = np.asarray(np.linalg.slogdet(A._data)[0], A.dtype)
    return Slogdet(Tensor._wrap(sign), elimination.logabsdet(A))


def cholesky(A):
    """The lower triangle L with A = L · Lᵀ, of a symmetric matrix with positive eigenvalues."""
    return elimination.cholesky(A)
