"""Determinants, inverses, least squares, exponentials: of matrices, with gradients by elimination.

What has none refuses a tensor that requires one.
"""

import functools
import math
from collections import namedtuple

import numpy as np

from ..engine.base import as_tensor
from . import elimination
from .elimination import det
from .linear_algebra import detached, outer
from .matmul import matmul
from .selection import where

Slogdet = namedtuple("Slogdet", "sign logabsdet")
SVD = namedtuple("SVD", "U S V")  # A = U · diag(S) · Vᵀ
QR = namedtuple("QR", "Q R")  # A = Q · R
LstSq = namedtuple("LstSq", "solution residuals rank singular_values")


def solve(A, B):
    """The X with A @ X = B, for B a vector or a matrix."""
    return elimination.solve(A, B)


def inverse(input):
    """The inverse of a matrix: the X with A @ X = 1."""
    A = elimination.square("inv", input)
    one = np.broadcast_to(np.eye(A.shape[-1], dtype=A.dtype), A.shape)
    return elimination.solve(A, one, "inv")


def slogdet(input) -> Slogdet:
    """The sign of the determinant of a matrix, and ln of its size."""
    A = elimination.square("slogdet", input)
    sign = np.asarray(np.linalg.slogdet(A._data)[0], A.dtype)
    return Slogdet(A.kind._wrap(sign), elimination.logabsdet(A))


def logdet(input):
    """ln of the determinant of a matrix: NaN where that is negative, -∞ where it is 0."""
    sign, size = slogdet(elimination.square("logdet", input))
    return where(sign._data < 0, math.nan, size)


def pinverse(input, rcond=1e-15):
    """The pseudo-inverse of a matrix, by its singular values above `rcond` times the largest."""
    A = as_tensor(input)
    return A.kind._wrap(np.asarray(np.linalg.pinv(detached("pinv", A), rcond)))


def svd(input, some=True, compute_uv=True) -> SVD:
    """The singular values of a matrix, and the rotations on both sides, V not transposed.

    `tinytorch.linalg.svd` is for new code.
    """
    A = as_tensor(input)
    U, S, Vh = np.linalg.svd(detached("svd", A), full_matrices=not some)
    if not compute_uv:
        U, Vh = np.zeros_like(U), np.zeros_like(Vh)
    return SVD(*(A.kind._wrap(x) for x in (U, S, Vh.swapaxes(-1, -2))))


def qr(input, some=True) -> QR:
    """A = Q · R, with orthonormal columns and an upper triangle."""
    A = as_tensor(input)
    mode = "reduced" if some else "complete"
    return QR(*map(A.kind._wrap, np.linalg.qr(detached("qr", A), mode)))


def cholesky(input, upper=False):
    """The lower triangle L with A = L · Lᵀ, of a symmetric matrix with positive eigenvalues."""
    L = elimination.cholesky(input)
    return L.mT if upper else L


def lstsq(A, B, rcond=None, *, driver=None) -> LstSq:
    """The X for which the squares of A @ X - B have the smallest sum; of several, the shortest X.

    Parameters
    ----------
    A : Tensor of float, (…, m, n)
    B : Tensor of float, (…, m, k) or (…, m)
    rcond : float, optional
        Singular values below `rcond` times the largest count as 0.
    driver : str, optional
        "gelsd" or "gelss" say that the residuals and the singular values are wanted, "gels" the
        residuals. The algorithm is one and the same.

    Returns
    -------
    LstSq
        The solution; of m > n equations of full rank the sums of squares that remain, if wanted;
        the rank; the singular values, if wanted.

    Raises
    ------
    RuntimeError
        Where a gradient is wanted and A has not full rank.
    """
    A, B = as_tensor(A), as_tensor(B)
    vectors = B.ndim == A.ndim - 1
    if A.ndim < 2 or A.ndim - B.ndim not in (0, 1) or A.shape[-2] != B.shape[A.ndim - 2]:
        raise ValueError(f"lstsq: {A.shape} equations do not fit right sides {B.shape}")
    right = B.unsqueeze(-1) if vectors else B
    m, n = A.shape[-2:]
    batch = np.broadcast_shapes(A.shape[:-2], right.shape[:-2])
    arrays = [np.broadcast_to(x._data, batch + x.shape[-2:]) for x in (A, right)]
    found = [np.linalg.lstsq(*(x[i] for x in arrays), rcond) for i in np.ndindex(batch)]
    X, ranks, sizes = (
        np.asarray([f[i] for f in found]).reshape(batch + np.shape(found[0][i])) for i in (0, 2, 3)
    )
    full = bool(np.all(ranks == min(m, n)))

    def steps():
        if not full:
            raise RuntimeError("lstsq: its gradient is known for matrices of full rank alone")
        if m >= n:
            return elimination.solve(A.mT @ A, A.mT @ right)
        return A.mT @ elimination.solve(A @ A.mT, right)

    X = elimination.recorded(X, steps, A, right)
    none = as_tensor(np.zeros(0, A.dtype))
    wanted = full and m > n and driver in ("gels", "gelsd", "gelss")
    rest = ((A @ X - right) ** 2).sum(-2) if wanted else none
    sizes = as_tensor(sizes.astype(A.dtype)) if driver in ("gelsd", "gelss") else none
    ranks = as_tensor(np.asarray(ranks, np.int64))
    return LstSq(X.squeeze(-1) if vectors else X, rest, ranks, sizes)


def solve_triangular(A, B, *, upper, left=True, unitriangular=False):
    """The X with A @ X = B, or X @ A = B unless `left`, of which one triangle of A is read.

    With `unitriangular`, its diagonal counts as ones.
    """
    A, B = elimination.square("solve_triangular", A), as_tensor(B)
    below = 1 if unitriangular else 0
    A = A.triu(below) if upper else A.tril(-below)
    if unitriangular:
        A = A + np.eye(A.shape[-1], dtype=A.dtype)
    return elimination.solve(A, B) if left else elimination.solve(A.mT, B.mT).mT


def matrix_exp(input):
    """1 + A + A²/2! + A³/3! + …, of a matrix halved until it is small, and then squared again.

    Source: N. J. Higham, "The scaling and squaring method for the matrix exponential revisited",
    SIAM Journal on Matrix Analysis and Applications 26 (2005), for why the halving is safe.
    """
    A = elimination.square("matrix_exp", input)
    size = np.abs(A._data).sum(-1).max(initial=0.0)
    halvings = max(0, math.ceil(math.log2(size)) + 2) if 0 < size < math.inf else 0
    small = A * 0.5**halvings
    one = np.broadcast_to(np.eye(A.shape[-1], dtype=A.dtype), A.shape)
    z = as_tensor(one)
    for k in range(15, 0, -1):  # (1/4)¹⁶ / 16! is below the last digit
        z = one + small @ z / k
    for _ in range(halvings):
        z = z @ z
    return z


def chain_matmul(*matrices):
    """The product of matrices, from the left to the right."""
    matrices = matrices[0] if len(matrices) == 1 else matrices
    return functools.reduce(matmul, matrices)


multi_dot = chain_matmul
ger = outer


def vdot(input, other):
    """Σ aᵢ bᵢ of two vectors; numbers are real, so nothing is conjugated."""
    return as_tensor(input).dot(other)


def addr(input, vec1, vec2, *, beta=1, alpha=1):
    """β · `input` + α · aᵢ bⱼ of two vectors."""
    product = outer(vec1, vec2)
    product = product if alpha == 1 else product * alpha
    return product if beta == 0 else as_tensor(input) * beta + product


def addbmm(input, batch1, batch2, *, beta=1, alpha=1):
    """β · `input` + α · the sum of the products of two batches of matrices."""
    product = as_tensor(batch1).bmm(batch2).sum(0)
    product = product if alpha == 1 else product * alpha
    return product if beta == 0 else as_tensor(input) * beta + product


class Matrices:
    """The same as methods of Tensor."""

    __slots__ = ()

    det, logdet, slogdet, inverse, pinverse = det, logdet, slogdet, inverse, pinverse
    svd, qr, cholesky, matrix_exp, vdot, ger = svd, qr, cholesky, matrix_exp, vdot, ger
    addr, addbmm = addr, addbmm
